import { createServer, type TLSSocket } from 'node:tls';
import { bindFirstFree } from '../../cli/listen.ts';
import { logFailure } from '../../cli/logFailure.ts';
import type { Hosts } from '../../http/hosts.ts';
import type { StreamBroker } from './broker.ts';
import { findCertificates } from './certificates.ts';

const certificateCheckIntervalMs = 60_000;
const handshakeTimeout = 10_000;

export interface MqttPortOptions {
  folder: string;
  host: string;
  hosts: Hosts;
  ports: readonly number[];
}

export interface MqttPort {
  readonly port: number;
  close(): Promise<void>;
  destroySockets(): void;
}

export async function openMqttPort(
  { folder, host, hosts, ports }: MqttPortOptions,
  broker: StreamBroker,
): Promise<MqttPort> {
  const readIdentity = async (): Promise<{ key: string; cert: string }> => {
    const { key, certificate } = await findCertificates(folder, hosts.forCertificate());
    return { key, cert: certificate };
  };
  const sockets = new Set<TLSSocket>();
  const options = { ...(await readIdentity()), handshakeTimeout, minVersion: 'TLSv1.2' as const };
  const server = createServer(options, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.accept(socket);
  });
  const port = await bindFirstFree(server, host, ports, '--mqtt-port');
  const renew = async (): Promise<void> => {
    await hosts.refresh();
    server.setSecureContext(await readIdentity());
  };
  // A disk that is full for a while must not end the server: the next check can succeed.
  const watch = setInterval(() => {
    renew().catch((error: unknown) => logFailure('The certificate of the live streams could not be checked', error));
  }, certificateCheckIntervalMs).unref();
  return {
    port,
    close: () => {
      clearInterval(watch);
      return new Promise((done) => server.close(() => done()));
    },
    destroySockets: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
