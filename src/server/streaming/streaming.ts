import { createServer, type Server, type TLSSocket } from 'node:tls';
import { bind } from '../listen.ts';
import type { Store } from '../store/tables.ts';
import { isKey } from '../store/keys.ts';
import { systemCode } from '../startFailure.ts';
import { StreamBroker } from './broker.ts';
import { type Certificates, findCertificates } from './certificates.ts';
import { Sessions } from './sessions.ts';
import type { StreamListener } from './streams.ts';

/** Milliseconds between looks whether the keys of the open streams are still good, and at the certificates' end. */
const [keyWatch, certificateWatch] = [500, 24 * 60 * 60_000];
/** Milliseconds for a client's TLS handshake. */
const handshakeTimeout = 10_000;

interface Options {
  store: Store;
  listeners: readonly StreamListener[];
  /** For the certificates alone. */
  folder: string;
  host: string;
  /** To be tried in turn; 0 is any free one. */
  ports: readonly number[];
}

/** Live streams: MQTT over TLS, as the official client speaks it. */
export class Streaming {
  readonly sessions: Sessions;
  readonly port: number;
  readonly #server: Server;
  readonly #broker: StreamBroker;
  readonly #store: Store;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #sockets: ReadonlySet<TLSSocket>;

  private constructor(
    { store, folder, host }: Options,
    sessions: Sessions,
    broker: StreamBroker,
    listening: { server: Server; port: number; sockets: ReadonlySet<TLSSocket> },
  ) {
    this.sessions = sessions;
    this.port = listening.port;
    this.#server = listening.server;
    this.#sockets = listening.sockets;
    this.#broker = broker;
    this.#store = store;
    const renew = async (): Promise<void> => {
      this.#server.setSecureContext(secure(await findCertificates(folder, host)));
    };
    this.#timers = [
      setInterval(() => void this.#endDeadKeys().catch(told('The keys of the live streams')), keyWatch),
      setInterval(() => void renew().catch(told('The certificates of the live streams')), certificateWatch),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  static async start(options: Options): Promise<Streaming> {
    const certificates = await findCertificates(options.folder, options.host);
    const sessions = new Sessions();
    const { listeners, store } = options;
    const broker = await StreamBroker.start({ sessions, listeners, isKey: (id) => isKey(store, id) });
    return new Streaming(options, sessions, broker, await listen(certificates, options, broker));
  }

  /** A replaced or deleted key takes its streams with it. */
  async #endDeadKeys(): Promise<void> {
    for (const stream of this.#broker.open)
      if (!(await isKey(this.#store, stream.session.keyId))) this.#broker.end(stream, 'key');
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    await this.#broker.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** A disk that is full or damaged for a while must not end the server: the next look may go well. */
const told =
  (what: string) =>
  (error: unknown): void =>
    console.error(`${what} could not be looked at:`, error);

const secure = ({ key, certificate }: Certificates): { key: string; cert: string } => ({ key, cert: certificate });

async function listen(
  certificates: Certificates,
  { host, ports }: Options,
  broker: StreamBroker,
): Promise<{ server: Server; port: number; sockets: ReadonlySet<TLSSocket> }> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ ...secure(certificates), handshakeTimeout, minVersion: 'TLSv1.2' }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.connected(socket);
  });
  for (const port of ports) {
    try {
      return { server, port: await bind(server, host, port), sockets };
    } catch (error) {
      if (port === ports.at(-1) || systemCode(error) !== 'EADDRINUSE') throw error;
    }
  }
  throw new RangeError('No port was given.');
}
