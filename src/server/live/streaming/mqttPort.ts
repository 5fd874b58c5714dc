import { createServer, type Server, type TLSSocket } from 'node:tls';
import { bind, listenFailure } from '../../cli/listen.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { systemCode } from '../../cli/startError.ts';
import type { Hosts } from '../../http/hosts.ts';
import type { StreamBroker } from './broker.ts';
import { type Certificates, findCertificates } from './certificates.ts';

/** Milliseconds between two checks whether the certificate still covers the machine's addresses and is far from its end. */
const certificateWatchMs = 60_000;
/** Milliseconds for a client's TLS handshake. */
const handshakeTimeout = 10_000;

export interface MqttPortOptions {
  /** The folder for the certificates only. */
  folder: string;
  /** The address that the port listens on. */
  host: string;
  hosts: Hosts;
  /** The ports to try in order; 0 is any free one. */
  ports: readonly number[];
}

/** The port of MQTT over TLS, with a certificate of the data folder. */
export class MqttPort {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<TLSSocket>;
  readonly #watch: NodeJS.Timeout;

  private constructor(
    server: Server,
    sockets: ReadonlySet<TLSSocket>,
    port: number,
    { folder, hosts }: MqttPortOptions,
  ) {
    this.port = port;
    this.#server = server;
    this.#sockets = sockets;
    const renew = async (): Promise<void> => {
      await hosts.refresh();
      server.setSecureContext(secure(await findCertificates(folder, hosts.forCertificate())));
    };
    // A disk that is full for a while must not end the server: the next check can succeed.
    this.#watch = setInterval(() => {
      renew().catch((error: unknown) => logFailure('The certificate of the live streams could not be checked', error));
    }, certificateWatchMs).unref();
  }

  /** @throws StartError if no port can be used */
  static async start(options: MqttPortOptions, broker: StreamBroker): Promise<MqttPort> {
    const certificates = await findCertificates(options.folder, options.hosts.forCertificate());
    const sockets = new Set<TLSSocket>();
    const server = createServer({ ...secure(certificates), handshakeTimeout, minVersion: 'TLSv1.2' }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      broker.connected(socket);
    });
    for (const port of options.ports) {
      try {
        return new MqttPort(server, sockets, await bind(server, options.host, port), options);
      } catch (error) {
        const isLast = port === options.ports.at(-1);
        if (isLast || systemCode(error) !== 'EADDRINUSE') throw listenFailure(error, options.host, port, '--mqtt-port');
      }
    }
    throw new RangeError('No port was given.');
  }

  /** Stops listening. Resolves when all connections have ended. */
  close(): Promise<void> {
    clearInterval(this.#watch);
    return new Promise((done) => this.#server.close(() => done()));
  }

  destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

const secure = ({ key, certificate }: Certificates): { key: string; cert: string } => ({ key, cert: certificate });
