import { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { logFailure } from '../../cli/logFailure.ts';
import { logLimit } from '../limitLog.ts';
import { OpenStream } from './openStream.ts';
import { disconnectPacketType, PacketReader } from './packetReader.ts';
import type { Session, Sessions } from './sessions.ts';
import type { StreamListener } from './streams.ts';

export const streamLimits = {
  maxPacketBytes: 8 * 1024 * 1024,
  maxConnections: 2_500,
  maxStreamsPerKey: 50,
  connectTimeoutMs: 10_000,
  /** A pulled cable closes no socket. The official client sends every 20 s. */
  maxKeepaliveSeconds: 60,
};

interface Connection {
  readonly socket: Duplex;
  hasDisconnected: boolean;
  stream: OpenStream | null;
}

interface Options {
  readonly sessions: Sessions;
  readonly listeners: readonly StreamListener[];
  readonly isKey: (keyId: string) => Promise<boolean>;
}

/**
 * The MQTT broker of the live streams. A client may do what its session's token allows: it publishes to one topic, reads
 * another, and leaves the will that it was given. Messages are not stored for clients that connect later.
 *
 * A stream is open exactly as long as its socket: it begins with a login on a socket that is open, and ends with that
 * socket's `close` event. What the MQTT library believes about a client does not matter.
 */
export class StreamBroker {
  readonly #options: Options;
  readonly #aedes: Aedes;
  readonly #connections = new Map<Client, Connection>();

  private constructor(options: Options) {
    this.#options = options;
    this.#aedes = new Aedes({
      connectTimeout: streamLimits.connectTimeoutMs,
      keepaliveLimit: streamLimits.maxKeepaliveSeconds,
      maxTopicLevels: 3,
      preConnect: (_client, packet, done) => {
        const isAsHandedOut = packet.will !== undefined && packet.clean !== false;
        // The library then generates an id: with an id of its own choice, a client could end another one.
        packet.clientId = '';
        done(isAsHandedOut ? null : new Error('A client needs the will that it was given.'), isAsHandedOut);
      },
      authenticate: (client, _name, password, done) => {
        void this.#login(client, password)
          .catch((error: unknown) => {
            logFailure('The key of a live stream could not be checked', error);
            return false;
          })
          .then((isIn) => done(null, isIn));
      },
      authorizePublish: (client, packet, done) => {
        packet.retain = false;
        done(this.#receive(client, packet.topic, packet.payload));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const isOwn = subscription.topic === this.#streamOf(client)?.session.topics.in;
        done(null, isOwn ? subscription : null);
      },
    });
    // A client that breaks the protocol loses its connection; the server is not at fault.
    for (const event of ['clientError', 'connectionError'] as const) {
      this.#aedes.on(event, (client) => this.#connections.get(client)?.socket.destroy());
    }
  }

  static async start(options: Options): Promise<StreamBroker> {
    const broker = new StreamBroker(options);
    await broker.#aedes.listen();
    return broker;
  }

  accept(socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    if (this.isFull) this.#makeRoom();
    if (socket.destroyed || this.isFull) {
      socket.destroy();
      return;
    }
    const connection: Connection = { socket, hasDisconnected: false, stream: null };
    const packets = new PacketReader(streamLimits.maxPacketBytes, (type) => {
      if (type === disconnectPacketType) connection.hasDisconnected = true;
    });
    packets.on('error', () => socket.destroy());
    const both = Duplex.from({ readable: socket.pipe(packets), writable: socket });
    const client = this.#aedes.handle(both);
    both.once('close', () => socket.destroy());
    this.#connections.set(client, connection);
    socket.once('close', () => {
      packets.destroy();
      this.#end(client);
    });
  }

  get openStreams(): readonly OpenStream[] {
    return [...this.#connections.values()].flatMap(({ stream }) => stream ?? []);
  }

  get connections(): number {
    return this.#connections.size;
  }

  get isFull(): boolean {
    return this.#connections.size >= streamLimits.maxConnections;
  }

  endKey(keyId: string): void {
    for (const stream of this.openStreams) if (stream.session.keyId === keyId) stream.cut('key');
  }

  async close(): Promise<void> {
    for (const stream of this.openStreams) stream.cut('server');
    await new Promise<void>((done) => this.#aedes.close(() => done()));
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #streamOf(client: Client): OpenStream | null {
    return this.#connections.get(client)?.stream ?? null;
  }

  /** The oldest connection that has not logged in makes room: connections without a login cannot shut out clients. */
  #makeRoom(): void {
    logLimit('MQTT connections', streamLimits.maxConnections);
    for (const [client, { socket, stream }] of this.#connections) {
      if (stream !== null) continue;
      this.#connections.delete(client);
      socket.destroy();
      return;
    }
  }

  async #login(client: Client, password: Readonly<Buffer> | undefined): Promise<boolean> {
    const { sessions, isKey } = this.#options;
    const session = password === undefined ? undefined : sessions.find(password.toString());
    if (password === undefined || session === undefined || !(await isKey(session.keyId))) return false;
    if (sessions.find(password.toString()) !== session) return false; // its key ended meanwhile
    const connection = this.#connections.get(client);
    if (connection === undefined || connection.socket.destroyed) return false; // closed by now
    for (const other of this.openStreams) if (other.session === session) other.cut('server'); // its client reconnects
    if (
      this.openStreams.filter((other) => other.session.keyId === session.keyId).length >= streamLimits.maxStreamsPerKey
    ) {
      return false;
    }
    connection.stream = this.#openStream(client, connection, session);
    return true;
  }

  #openStream(client: Client, { socket }: Connection, session: Session): OpenStream {
    return new OpenStream(session, this.#options.listeners, {
      publish: (packet) => client.publish(packet, ignoreResult),
      cut: () => {
        this.#end(client);
        socket.destroy();
      },
    });
  }

  #receive(client: Client | null, topic: string, payload: string | Buffer): Error | null {
    if (client === null) return null; // the library's own messages
    const stream = this.#streamOf(client);
    if (stream === null) return new Error('The client is not connected.');
    const { topics } = stream.session;
    if (topic === topics.out) stream.receive(Buffer.from(payload));
    else if (topic !== topics.will) return new Error('A client may publish to the topics of its own session only.');
    return null;
  }

  #end(client: Client): void {
    const connection = this.#connections.get(client);
    this.#connections.delete(client);
    connection?.stream?.closed(connection.hasDisconnected);
  }
}

const ignoreResult = (): void => {};
