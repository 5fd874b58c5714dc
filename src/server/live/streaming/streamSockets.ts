import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { type Hosts, isHostOf } from '../../http/hosts.ts';
import { type StreamBroker, streamLimits } from './broker.ts';

/** paho's path, which the official client does not change. */
const path = '/mqtt';

const maxPacketHeadBytes = 5;

export class StreamSockets {
  readonly #broker: StreamBroker;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: streamLimits.maxPacketBytes + maxPacketHeadBytes,
  });

  constructor(broker: StreamBroker) {
    this.#broker = broker;
  }

  /**
   * Takes a request to upgrade to a WebSocket.
   *
   * A stream needs the token of its session, so a web page gets nothing here. Pages are refused all the same, by their
   * `Origin`, because they could occupy all connections.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, hosts: Hosts): void {
    socket.on('error', () => socket.destroy());
    const { host = '', origin } = request.headers;
    const isForeign = origin !== undefined && !isOriginOf(hosts.publicUrl, origin);
    if (request.url !== path || isForeign || !hosts.accepts(host, request.socket.localPort)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#broker.accept(createWebSocketStream(client));
    });
  }

  destroy(): void {
    for (const client of this.#server.clients) client.terminate();
  }
}

function isOriginOf(publicUrl: string | null, origin: string): boolean {
  if (publicUrl === null) return false;
  const { protocol } = new URL(publicUrl);
  const scheme = `${protocol}//`;
  return origin.startsWith(scheme) && isHostOf(publicUrl, origin.slice(scheme.length));
}
