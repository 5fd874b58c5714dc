import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { type Certificates, findCertificates } from '../../src/server/live/streaming/certificates.ts';
import { startServer, temporaryFolder, type TestServer } from '../server/support.ts';

/** How it answers: as TofuPilot does, or with something wrong. */
export type Mood = 'well' | 'down' | 'taking no runs' | 'failing' | 'a page' | 'refusing users' | 'forgetting keys';

/**
 * A stand-in for TofuPilot, which cannot be reached from here: our own server with its own surface switched off, by a proxy
 * that does not know `/api/local`. It cannot tell whether TofuPilot itself answers alike.
 */
export class StandIn {
  readonly userKey = 'tsu_the-user-key-of-the-stand-in';
  mood: Mood = 'well';
  /** Whether it takes links by the call of TofuPilot's command line tool. */
  takesLinks = true;
  /** Whether it makes one run of all pushes with one mark, as our own server does and TofuPilot does not. */
  supportsMarks = false;
  /** What is asked for by such a path gets no answer before `letGo`. */
  holds: RegExp | undefined;
  readonly #held: (() => void)[] = [];
  certificates: Certificates | undefined;
  /** Every bearer key that it has received, whether it knew the key or not. */
  readonly receivedKeys = new Set<string>();
  #server: TestServer | undefined;
  #url = '';

  get url(): string {
    return this.#url;
  }

  get host(): string {
    return new URL(this.#url).host;
  }

  /** Of the server behind it, with everything that TofuPilot's public API lacks. */
  get behind(): string {
    return this.#server?.url ?? '';
  }

  /** @param secure with a certificate of an authority that nobody knows */
  async start(folder: string, secure: boolean): Promise<() => Promise<void>> {
    const server = await startServer(folder, { TEST_STATIONS_ADMIN_KEY: this.userKey });
    this.#server = server;
    const handle = (from: IncomingMessage, to: ServerResponse): void => this.#handle(from, to);
    if (secure) this.certificates = await findCertificates(join(folder, 'stand-in'), ['127.0.0.1']);
    const { certificates } = this;
    const proxy = certificates
      ? createTlsServer({ cert: certificates.certificate, key: certificates.key }, handle)
      : createServer(handle);
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const { port } = proxy.address() as AddressInfo;
    this.#url = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
    return async () => {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
      await server.stop();
    };
  }

  letGo(): void {
    this.holds = undefined;
    for (const answer of this.#held.splice(0)) answer();
  }

  #handle(from: IncomingMessage, to: ServerResponse): void {
    const path = from.url ?? '';
    const key = /^Bearer (.+)$/.exec(from.headers.authorization ?? '')?.[1];
    if (key !== undefined) this.receivedKeys.add(key);
    if (this.holds?.test(path) === true) {
      this.#held.push(() => this.#handle(from, to));
      return;
    }
    const say = (status: number, message: string): void => {
      to.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message, code: 'X' }));
    };
    const page = '<!doctype html><title>TofuPilot</title>';
    const isPush = from.method !== 'GET' && /^\/api\/v\d\/(import|runs|uploads)/.test(path);
    if (this.mood === 'down' || (this.mood === 'taking no runs' && isPush)) from.socket.destroy();
    else if (this.mood === 'a page') to.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
    else if (this.mood === 'failing') say(503, 'Down for maintenance.');
    else if (path.startsWith('/api/local')) to.writeHead(404, { 'Content-Type': 'text/html' }).end(page);
    else if (this.mood === 'forgetting keys') say(401, 'Invalid API key.');
    else if (this.mood === 'refusing users') say(403, 'Viewers cannot do this.');
    else if (path.startsWith('/api/trpc') && !this.takesLinks) say(403, 'Not for API keys.');
    else this.#forward(from, to);
  }

  #forward(from: IncomingMessage, to: ServerResponse): void {
    const { host } = new URL(this.behind);
    const headers: IncomingHttpHeaders = { ...from.headers, host };
    if (!this.supportsMarks) delete headers['idempotency-key'];
    const sent = httpRequest(this.behind + (from.url ?? ''), { method: from.method ?? 'GET', headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    sent.on('error', () => to.destroy());
    from.pipe(sent);
  }
}

/** Inside a `describe`: a stand-in for TofuPilot, for all its tests. */
export function useTofuPilot(secure = false): StandIn {
  const standIn = new StandIn();
  const folder = temporaryFolder();
  let stop: (() => Promise<void>) | undefined;
  before(async () => {
    stop = await standIn.start(folder, secure);
  });
  after(() => stop?.());
  return standIn;
}
