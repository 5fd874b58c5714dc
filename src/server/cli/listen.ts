import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import { serverExit } from '../../shared/contract/local.ts';
import { withoutBrackets } from '../http/hosts.ts';
import type { App } from '../http/mount.ts';
import type { TlsIdentity } from './certificateFiles.ts';
import { CommandError, systemCode } from './commandError.ts';

export const httpTimeoutsMs = { headersTimeout: 15_000, requestTimeout: 120_000, keepAliveTimeout: 10_000 };

const drainLimitMs = 30_000;
const drainCheckMs = 20;

type PortOption = '--port' | '--mqtt-port';

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Listening {
  url: string;
  onUpgrade(upgrade: Upgrade): void;
  setCertificate(identity: TlsIdentity): void;
  /** Accepts no more connections. Resolves when the open requests are answered or have timed out. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

interface ListenOptions {
  host: string;
  ports: readonly number[];
  tls: TlsIdentity | null;
}

export async function listen(app: Pick<App, 'fetch'>, { host, ports, tls }: ListenOptions): Promise<Listening> {
  const secure = {
    createServer: createTlsServer,
    serverOptions: { ...httpTimeoutsMs, ...tls, minVersion: 'TLSv1.2' as const },
  };
  const server = createAdaptorServer({
    fetch: app.fetch,
    ...(tls === null ? { createServer, serverOptions: httpTimeoutsMs } : secure),
  });
  if (!('closeIdleConnections' in server)) throw new TypeError('An HTTP/1.1 server was expected.');
  const connections = new Connections(server);
  const port = await bindFirstFree(server, host, ports, '--port');
  return {
    url: urlOf(tls === null ? 'http' : 'https', host, port),
    onUpgrade: (upgrade) => server.on('upgrade', upgrade),
    setCertificate: (identity) => {
      if (server instanceof TlsServer) server.setSecureContext({ ...identity, minVersion: 'TLSv1.2' });
    },
    drain: () => connections.drain(),
    close: () => connections.close(),
  };
}

/** Binds the server to the first free port, and returns it. @throws CommandError if no port can be used */
export async function bindFirstFree(
  server: NetServer,
  host: string,
  ports: readonly number[],
  option: PortOption,
): Promise<number> {
  for (const port of ports) {
    try {
      return await bind(server, host, port);
    } catch (error) {
      const isLast = port === ports.at(-1);
      if (isLast || systemCode(error) !== 'EADDRINUSE') throw listenError(error, host, port, option);
    }
  }
  throw new RangeError('No port was given.');
}

function bind(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: withoutBrackets(host), port }, () => {
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
  const bare = withoutBrackets(host);
  const reachable = bare === '0.0.0.0' ? '127.0.0.1' : bare === '::' ? '::1' : bare;
  return `${scheme}://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

/** An unknown error is returned unchanged. */
function listenError(error: unknown, host: string, port: number, option: PortOption): unknown {
  const where = `port ${port} of ${host}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new CommandError(
        serverExit.portTaken,
        `Cannot listen on ${where}: another program uses it. Stop that program, or choose another port with ${option}.`,
        error,
      );
    case 'EACCES':
      return new CommandError(
        serverExit.portTaken,
        `Cannot listen on ${where}: this user may not use it. Choose a port from 1024 with ${option}.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandError(
        serverExit.usage,
        `Cannot listen on ${where}: this computer has no such address. Check --host.`,
        error,
      );
    default:
      return error;
  }
}
