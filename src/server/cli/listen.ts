import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import { serverExit } from '../../shared/contract/local.ts';
import type { App } from '../http/mount.ts';
import type { TlsIdentity } from './certificateFiles.ts';
import { StartError, systemCode } from './startError.ts';

/** Timeouts in milliseconds for the headers of a request, for a whole request, and between two requests. */
export const timeouts = { headersTimeout: 15_000, requestTimeout: 120_000, keepAliveTimeout: 10_000 };

/** Milliseconds that open requests have when the server stops, and between two checks. */
const drainLimitMs = 30_000;
const drainCheckMs = 20;

interface Listening {
  url: string;
  /** Uses another certificate for new connections. */
  setCertificate(identity: TlsIdentity): void;
  /** Accepts no more connections. Resolves when the open requests are answered or have timed out. */
  drain(): Promise<void>;
  /** Closes the remaining connections. Resolves when all are closed. */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  /** The ports to try in turn; 0 is any free one. */
  ports: readonly number[];
  /** The certificate for HTTPS; null for HTTP. */
  tls: TlsIdentity | null;
  /** Takes requests to upgrade to a WebSocket; null if there are none. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | null;
}

/**
 * Serves `app` on the first free port of the list.
 * @throws StartError if none is free
 */
export async function listen(app: App, { host, ports, tls, upgrade }: ListenOptions): Promise<Listening> {
  const secure = {
    createServer: createTlsServer,
    serverOptions: { ...timeouts, ...tls, minVersion: 'TLSv1.2' as const },
  };
  const server = createAdaptorServer({
    fetch: app.fetch,
    ...(tls === null ? { createServer, serverOptions: timeouts } : secure),
  });
  if (!('closeIdleConnections' in server)) throw new TypeError('An HTTP/1.1 server was expected.');
  if (upgrade !== null) server.on('upgrade', upgrade);
  const connections = new Connections(server);
  for (const port of ports) {
    const isLast = port === ports.at(-1);
    try {
      return {
        url: urlOf(tls === null ? 'http' : 'https', host, await bind(server, host, port)),
        setCertificate: (identity) => {
          if (server instanceof TlsServer) server.setSecureContext({ ...identity, minVersion: 'TLSv1.2' });
        },
        drain: () => connections.drain(),
        close: () => connections.close(),
      };
    } catch (error) {
      if (isLast || systemCode(error) !== 'EADDRINUSE') throw listenFailure(error, host, port, '--port');
    }
  }
  throw new RangeError('No port was given.');
}

/** Returns the port that was bound. */
export function bind(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

/** The connections of a server. Node would wait forever for one that never sends a request. */
class Connections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #requests = new Set<ServerResponse>();
  #closed: Promise<void> = Promise.resolve();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (_, response) => {
      this.#requests.add(response);
      response.once('close', () => this.#requests.delete(response));
    });
  }

  async drain(): Promise<void> {
    this.#closed = new Promise((done) => this.#server.close(() => done()));
    const end = performance.now() + drainLimitMs;
    while (this.#requests.size > 0 && performance.now() < end) {
      await delay(drainCheckMs);
      this.#server.closeIdleConnections();
    }
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return this.#closed;
  }
}

function urlOf(scheme: string, host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '');
  const reachable = bare === '0.0.0.0' ? '127.0.0.1' : bare === '::' ? '::1' : bare;
  return `${scheme}://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

/**
 * Returns the StartError for a port that cannot be used; an unknown error is returned unchanged.
 * @param option the command-line option that sets the port
 */
export function listenFailure(error: unknown, host: string, port: number, option: '--port' | '--mqtt-port'): unknown {
  const where = `port ${port} of ${host}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new StartError(
        serverExit.portTaken,
        `Cannot listen on ${where}: another program uses it. Stop that program, or choose another port with ${option}.`,
        error,
      );
    case 'EACCES':
      return new StartError(
        serverExit.portTaken,
        `Cannot listen on ${where}: this user may not use it. Choose a port from 1024 with ${option}.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        serverExit.usage,
        `Cannot listen on ${where}: this computer has no such address. Check --host.`,
        error,
      );
    default:
      return error;
  }
}
