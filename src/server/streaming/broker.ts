import { Aedes, type Client } from 'aedes';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { OpenStream } from './openStream.ts';
import { PacketLimit } from './packetLimit.ts';
import type { Sessions } from './sessions.ts';
import type { StreamListener } from './streams.ts';

const limits = {
  /** Bytes of a message: a state has the whole record of the test. */
  packet: 8 * 1024 * 1024,
  connections: 500,
  /** Milliseconds from a connection to its CONNECT. */
  connect: 10_000,
};

/**
 * The MQTT broker of the live streams. A client has what its session's token gives: it publishes to one topic, reads
 * another, and leaves the will that was handed out to it. Nothing is kept for those who come later.
 */
export class StreamBroker {
  readonly #sessions: Sessions;
  readonly #aedes: Aedes;
  readonly #open = new Map<Client, OpenStream>();
  #connections = 0;

  private constructor(sessions: Sessions, listeners: readonly StreamListener[]) {
    this.#sessions = sessions;
    this.#aedes = new Aedes({
      connectTimeout: limits.connect,
      maxTopicLevels: 3,
      preConnect: (_client, { will, clean }, done) => {
        const asHandedOut = will !== undefined && clean !== false;
        done(asHandedOut ? null : new Error('A client needs the will that was handed out to it.'), asHandedOut);
      },
      authenticate: (client, _name, password, done) => {
        const found = password === undefined ? undefined : sessions.find(password.toString());
        if (found === undefined) {
          done(null, false);
          return;
        }
        for (const other of this.#open.values()) if (other.session === found) other.cut('server'); // it came back
        this.#open.set(client, new OpenStream(client, found, listeners));
        done(null, true);
      },
      authorizePublish: (client, packet, done) => {
        packet.retain = false;
        done(this.#take(client, packet.topic, packet.payload));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const isOwn = subscription.topic === this.#open.get(client)?.session.topics.in;
        done(null, isOwn ? subscription : null);
      },
    });
    this.#aedes.on('clientDisconnect', (client) => this.#closed(client));
    // What clients do wrong ends their connection; it is no fault of the server.
    for (const event of ['clientError', 'connectionError'] as const) this.#aedes.on(event, (client) => client.close());
  }

  static async start(sessions: Sessions, listeners: readonly StreamListener[]): Promise<StreamBroker> {
    const broker = new StreamBroker(sessions, listeners);
    await broker.#aedes.listen();
    return broker;
  }

  /** Takes a client's connection. */
  connected(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#connections >= limits.connections) {
      socket.destroy();
      return;
    }
    this.#connections += 1;
    socket.once('close', () => (this.#connections -= 1));
    const limited = socket.pipe(new PacketLimit(limits.packet));
    limited.on('error', () => socket.destroy());
    socket.once('close', () => limited.destroy());
    this.#aedes.handle(Duplex.from({ readable: limited, writable: socket }));
  }

  /** The sessions that are connected now. */
  get open(): readonly OpenStream[] {
    return [...this.#open.values()];
  }

  /** Ends a session and its token. */
  end(stream: OpenStream, why: 'key' | 'server'): void {
    this.#sessions.end(stream.session);
    stream.cut(why);
  }

  async close(): Promise<void> {
    for (const stream of this.open) stream.cut('server');
    await new Promise<void>((done) => this.#aedes.close(() => done()));
    // Clients that do not let go are forgotten.
    for (const client of [...this.#open.keys()]) this.#closed(client);
  }

  #take(client: Client | null, topic: string, payload: string | Buffer): Error | null {
    const stream = client === null ? undefined : this.#open.get(client);
    if (stream === undefined) return client === null ? null : new Error('Nobody is connected.');
    const { topics } = stream.session;
    if (topic === topics.out) stream.take(Buffer.from(payload));
    else if (topic === topics.will) stream.lost();
    else return new Error('Only the topics of its own session are open to a client.');
    return null;
  }

  #closed(client: Client): void {
    const stream = this.#open.get(client);
    this.#open.delete(client);
    stream?.closed();
  }
}
