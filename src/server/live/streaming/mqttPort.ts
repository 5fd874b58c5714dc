import { createServer, type Server, type TLSSocket } from 'node:tls';
import { bindFirstFree } from '../../cli/listen.ts';
import { logFailure } from '../../cli/logFailure.ts';
import type { Hosts } from '../../http/hosts.ts';
import type { StreamBroker } from './broker.ts';
import { type Certificates, findCertificates } from './certificates.ts';

const certificateCheckIntervalMs = 60_000;
const handshakeTimeout = 10_000;

export interface MqttPortOptions {
  folder: string;
  host: string;
  hosts: Hosts;
  ports: readonly number[];
}

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
      server.setSecureContext(tlsOptionsOf(await findCertificates(folder, hosts.forCertificate())));
    };
    // A disk that is full for a while must not end the server: the next check can succeed.
    this.#watch = setInterval(() => {
      renew().catch((error: unknown) => logFailure('The certificate of the live streams could not be checked', error));
    }, certificateCheckIntervalMs).unref();
  }

  static async start(options: MqttPortOptions, broker: StreamBroker): Promise<MqttPort> {
    const certificates = await findCertificates(options.folder, options.hosts.forCertificate());
    const sockets = new Set<TLSSocket>();
    const server = createServer(
      { ...tlsOptionsOf(certificates), handshakeTimeout, minVersion: 'TLSv1.2' },
      (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        broker.accept(socket);
      },
    );
    const port = await bindFirstFree(server, options.host, options.ports, '--mqtt-port');
    return new MqttPort(server, sockets, port, options);
  }

  close(): Promise<void> {
    clearInterval(this.#watch);
    return new Promise((done) => this.#server.close(() => done()));
  }

  destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

const tlsOptionsOf = ({ key, certificate }: Certificates): { key: string; cert: string } => ({
  key,
  cert: certificate,
});
