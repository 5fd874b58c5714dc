import { createAdaptorServer } from '@hono/node-server';
import { createServer, type Server } from 'node:http';
import { isIPv6, type Server as NetServer } from 'node:net';
import { serverExit } from '../contract/local.ts';
import type { App } from './http/mount.ts';
import { StartFailure, systemCode } from './startFailure.ts';

/** Milliseconds for a request's head, for the whole of it, and between two of them. */
export const timeouts = { headersTimeout: 15_000, requestTimeout: 120_000, keepAliveTimeout: 10_000 };

export interface Listening {
  /** Address under which this computer reaches the server. */
  url: string;
  /** Takes no more connections and resolves when the open requests are answered. */
  close(): Promise<void>;
}

/**
 * Serves `app` on the first of these ports that is free.
 * @param ports to be tried in turn; 0 is any free one
 * @throws StartFailure when none is
 */
export async function listen(app: App, host: string, ports: readonly number[]): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, createServer, serverOptions: timeouts });
  if (!('closeIdleConnections' in server)) throw new TypeError('An HTTP/1.1 server was expected.');
  for (const port of ports) {
    const isLast = port === ports.at(-1);
    try {
      return { url: urlOf(host, await bind(server, host, port)), close: () => close(server) };
    } catch (error) {
      if (isLast || systemCode(error) !== 'EADDRINUSE') throw describe(error, host, port);
    }
  }
  throw new RangeError('No port was given.');
}

/** @returns the port */
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Connections that clients keep alive would hold the server up: each is let go when its request is answered.
    const letGo = setInterval(() => server.closeIdleConnections(), 50);
    server.once('close', () => clearInterval(letGo));
  });
}

function urlOf(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '');
  const reachable = bare === '0.0.0.0' ? '127.0.0.1' : bare === '::' ? '::1' : bare;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

function describe(error: unknown, host: string, port: number): unknown {
  const where = `port ${port} of ${host}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new StartFailure(
        serverExit.portTaken,
        `Cannot listen on ${where}: another program uses it. Stop that program, or choose another port with --port.`,
        error,
      );
    case 'EACCES':
      return new StartFailure(
        serverExit.portTaken,
        `Cannot listen on ${where}: this user may not use it. Choose a port from 1024 with --port.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartFailure(
        serverExit.usage,
        `Cannot listen on ${where}: this computer has no such address. Check --host.`,
        error,
      );
    default:
      return error;
  }
}
