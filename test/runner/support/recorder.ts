import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly mark: string | undefined;
  readonly startedBy: string | undefined;
  readonly slot: string | undefined;
}

interface Refusal {
  readonly path: string;
  readonly status: number;
  readonly message: string;
}

/** Records the requests of the official clients and answers them without checking anything. */
export class Recorder {
  readonly requests: Request[] = [];
  refusal: Refusal | undefined;
  shouldRefuseAttachments = false;
  readonly #server: Server = createServer();

  static async start(): Promise<Recorder> {
    const recorder = new Recorder();
    recorder.#server.on('request', (request, response) => void recorder.#take(request, response));
    recorder.#server.listen(0, '127.0.0.1');
    await once(recorder.#server, 'listening');
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get environment(): Record<string, string> {
    return { TOFUPILOT_URL: this.url, TOFUPILOT_API_KEY: 'a key of the station' };
  }

  bodies(path: string): unknown[] {
    return this.requests
      .filter((request) => request.path === path)
      .map((request) => JSON.parse(request.body) as unknown);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replaceAll(/\/+/g, '/');
    const {
      'idempotency-key': mark,
      'test-stations-started-by': startedBy,
      'test-stations-slot': slot,
    } = request.headers;
    this.requests.push({
      method: request.method ?? '',
      path,
      body: await text(request),
      mark: typeof mark === 'string' ? mark : undefined,
      startedBy: typeof startedBy === 'string' ? startedBy : undefined,
      slot: typeof slot === 'string' ? slot : undefined,
    });
    const { status, answer } = this.#answer(path);
    // The v1 client reads an error's text under exactly this content type.
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  }

  #answer(path: string): { status: number; answer: unknown } {
    if (path === this.refusal?.path) {
      const { status, message } = this.refusal;
      return { status, answer: path.startsWith('/api/v1') ? { error: { message } } : { message, code: 'REFUSED' } };
    }
    const imported = this.requests.filter((request) => request.path === '/api/v1/import').length;
    if (this.shouldRefuseAttachments && path === '/api/v1/uploads/initialize' && imported > 0) {
      return { status: 413, answer: { error: { message: 'too large' } } };
    }
    if (path === '/api/v1/streaming') return { status: 404, answer: { error: { message: 'no streaming' } } };
    if (path === '/api/v1/uploads/initialize') {
      return { status: 200, answer: { id: 'the upload', uploadUrl: `${this.url}/stored` } };
    }
    return { status: 200, answer: { id: `run ${this.requests.length}` } };
  }
}
