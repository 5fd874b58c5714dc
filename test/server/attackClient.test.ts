import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { ApiError } from '../../src/extension/client/apiError.ts';
import { allPages } from '../../src/extension/client/pages.ts';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { trustingFetch } from '../../src/extension/client/trustingFetch.ts';
import { type Certificates, findCertificates } from '../../src/server/live/streaming/certificates.ts';
import { operations } from '../../src/shared/contract/operations.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { safeFileName } from '../../src/shared/format/fileNames.ts';
import { eventually } from '../e2e/support/until.ts';
import { itSlow } from '../support/slow.ts';
import { temporaryFolder } from './support.ts';

const mib = 1024 * 1024;
const key = 'the-key-of-the-victim';
const id = '11111111-1111-4111-8111-111111111111';

/** A server that wants to do harm; what it answers is set by each test. */
class EvilServer {
  readonly #server: Server;
  readonly #scheme: string;
  answer: (to: ServerResponse, from: IncomingMessage) => void = (to) => to.end();
  readonly seen: { path: string; headers: string; body: string }[] = [];
  /** Bytes that it got rid of, before they were packed. */
  sent = 0;

  /** @param secure its certificates, if it speaks TLS */
  constructor(secure?: Certificates) {
    const take = (from: IncomingMessage, to: ServerResponse): void => void this.#take(from, to);
    this.#scheme = secure ? 'https' : 'http';
    this.#server = secure ? createTlsServer({ cert: secure.certificate, key: secure.key }, take) : createServer(take);
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
  /** How many connections are open. */
  open(): Promise<number> {
    return new Promise((done) => this.#server.getConnections((_, count) => done(count)));
  }
  json(body: unknown, status = 200): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.answer = (to) => to.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
  }
  /** The piece again and again. */
  endless(status: number, headers: Record<string, string>, piece: string, wait = 0): void {
    const pieces = async function* (this: EvilServer) {
      for (;;) {
        yield piece;
        this.sent += piece.length;
        if (wait > 0) await new Promise((done) => setTimeout(done, wait));
      }
    }.bind(this);
    this.answer = (to) => {
      to.writeHead(status, headers);
      const body = Readable.from(pieces());
      to.on('close', () => body.destroy());
      if (headers['Content-Encoding'] === 'gzip') body.pipe(createGzip()).pipe(to);
      else body.pipe(to);
    };
  }

  async #take(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const body = (await buffer(from)).toString();
    this.seen.push({ path: from.url ?? '', headers: JSON.stringify(from.headers), body });
    this.answer(to, from);
  }
}

describe('a malicious server (ours, in the place of TofuPilot)', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const evil = new EvilServer();
  const elsewhere = new EvilServer();
  let api: StationApi;
  before(async () => {
    await evil.start();
    await elsewhere.start();
  });
  beforeEach(() => {
    evil.sent = 0;
    evil.seen.length = elsewhere.seen.length = 0;
    // Each its own: a connection that was broken off is not used again.
    api = new StationApi(evil.url, key);
  });
  afterEach(() => {
    assert.ok(
      elsewhere.seen.every((each) => !JSON.stringify(each).includes(key)),
      'the key went elsewhere',
    );
  });
  after(() => {
    evil.stop();
    elsewhere.stop();
  });

  const list = () => api.call(stations.list);
  /** It ends with a sentence that a person can read. */
  async function refused(work: Promise<unknown>, words = /./): Promise<ApiError> {
    const error = await work.then(
      (answer) => assert.fail(`taken: ${JSON.stringify(answer).slice(0, 500)}`),
      (error: unknown) => error,
    );
    assert.ok(error instanceof ApiError, String(error));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    assert.ok(error.message.length < 600, error.message);
    return error;
  }
  /** Takes what a stream tells, to its end. */
  async function listen(stream: AsyncIterable<unknown>): Promise<void> {
    const told = stream[Symbol.asyncIterator]();
    while ((await told.next()).done !== true);
  }
  /** Timers of many seconds run a hundred times as fast. */
  async function hurried<T>(work: () => Promise<T>): Promise<T> {
    const set = globalThis.setTimeout;
    const quick = (millis = 0): number => (millis >= 10_000 ? millis / 100 : millis);
    globalThis.setTimeout = Object.assign(
      (...[call, millis, ...args]: Parameters<typeof set>) => set(call, quick(millis), ...args),
      set,
    );
    try {
      return await work();
    } finally {
      globalThis.setTimeout = set;
    }
  }

  it('rejects every answer of a server that does not match the contract', async () => {
    const shapes = [null, 1, 'text', [], {}, { data: 1 }, { data: [{}], meta: {} }, { id: '../../x' }, '{', '<html>'];
    const called = operations.filter(({ method, answerType }) => method === 'GET' && answerType === 'application/json');
    assert.ok(called.length > 20);
    let refusals = 0;
    for (const operation of called) {
      for (const shape of shapes) {
        evil.json(shape);
        // What takes anything is no harm: an empty list, say.
        if (operation.answer.safeParse(shape).success) continue;
        await refused(api.call(operation, { params: { id, procedure_id: id, number: 'x', date: '2026-01-01' } }), /not understood/); // prettier-ignore
        refusals += 1;
      }
    }
    assert.ok(refusals > 200, String(refusals));
  });

  it('rejects an answer with a wrong content type', async () => {
    evil.answer = (to) => to.writeHead(200, { 'Content-Type': 'text/html' }).end('{"data":[],"meta":{"has_more":false,"next_cursor":null}}'); // prettier-ignore
    assert.deepEqual((await list()).data, []);
    evil.answer = (to) => to.writeHead(200, { 'Content-Type': 'application/json' }).end('<script>alert(1)</script>');
    await refused(list(), /not understood/);
    evil.answer = (to) => to.writeHead(200, { 'Content-Encoding': 'gzip' }).end('not packed');
    await refused(list(), /does not answer/);
  });

  it('shows the message of a server as a single line', async () => {
    const message = `\u001b[31mred\u001b[0m\n\u202egnp.exe\u0000 ${'x'.repeat(mib)}`;
    const code = 'BAD_REQUEST';
    for (const body of [{ message, code }, { error: { message } }, { message: 'x', code, issues: [{ message }] }]) {
      evil.json(body, 422);
      await refused(list(), /red.*gnp\.exe/);
    }
    evil.json('x'.repeat(mib), 500);
    await refused(list(), /status 500/);
  });

  for (const [what, status, headers] of [
    ['an answer', 200, {}],
    ['a refusal', 500, { 'Content-Type': 'application/json' }],
    ['a packed answer', 200, { 'Content-Encoding': 'gzip' }],
  ] as const) {
    // To pack hundreds of MiB takes long.
    const itLimits = 'Content-Encoding' in headers ? itSlow : it;
    itLimits(`limits the size of ${what} that never ends`, async () => {
      evil.endless(status, headers, ' '.repeat(mib));
      await refused(list(), status === 500 ? /status 500/ : /more than 64 MiB/);
      // Packed, hundreds of MiB fit into the buffers of a connection.
      if (!('Content-Encoding' in headers)) assert.ok(evil.sent < 600 * mib, `${evil.sent / mib} MiB`);
      await eventually(async () => assert.equal(await evil.open(), 0));
    });
  }

  it('limits the size of a download that never ends', async () => {
    evil.endless(200, {}, ' '.repeat(4 * mib));
    await refused(api.download(`${evil.url}/file`), /more than 256 MiB/);
  });

  it('ends a call that a server does not answer', async () => {
    for (const slow of [
      () => (evil.answer = () => {}),
      () => evil.endless(200, {}, ' ', 50),
      () => evil.endless(500, {}, ' ', 50),
    ]) {
      slow();
      const error = await hurried(() => refused(list()));
      assert.ok(['interrupted', 'unexpected'].includes(error.kind), error.kind);
    }
    evil.endless(200, {}, ' ', 50);
    await hurried(() => refused(api.download(`${evil.url}/file`), /does not answer/));
    evil.answer = () => {};
    await hurried(() => refused(api.put(`${evil.url}/file`, 'text/plain', new Uint8Array(3)), /does not answer/));
    await hurried(() => refused(listen(api.events(new AbortController().signal)), /does not answer/));
    evil.answer = (to) => to.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('event: hello\n');
    await hurried(() => refused(listen(api.events(new AbortController().signal)), /does not answer/));
  });

  /** Whatever it answers, nothing is asked of these, and nothing but what was asked of itself. */
  async function assertNotSentOn(server: EvilServer, client: StationApi, targets: readonly string[]): Promise<void> {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const target of targets) {
        server.answer = (to) => to.writeHead(status, { Location: target }).end();
        await refused(client.call(stations.list), new RegExp(`status ${status}`));
        await refused(client.call(runs.create, { body: runBody }), new RegExp(`status ${status}`));
        await refused(listen(client.events(new AbortController().signal)), new RegExp(`status ${status}`));
      }
    }
    assert.equal(server.seen.length, 5 * targets.length * 3);
    assert.ok(server.seen.every(({ path, headers }) => path.startsWith('/api/') && headers.includes(key)));
  }

  it('does not follow a redirect to another host with the key or the pushed data', async () => {
    const sameByName = evil.url.replace('127.0.0.1', 'localhost');
    await assertNotSentOn(evil, api, [elsewhere.url, sameByName, `${evil.url}/other`]);
    assert.equal(elsewhere.seen.length, 0);
  });

  it('does not follow a redirect to another host over TLS', async () => {
    const certificates = await findCertificates(join(folder, 'evil'), ['127.0.0.1']);
    // Both with the same authority: only the rule keeps the key from the other.
    const [secure, trusted] = [new EvilServer(certificates), new EvilServer(certificates)];
    await secure.start();
    await trusted.start();
    try {
      const client = new StationApi(secure.url, key, trustingFetch(certificates.authority));
      secure.json({ data: [], meta: { has_more: false, next_cursor: null } });
      await client.call(stations.list); // it is trusted and would be used
      secure.seen.length = 0;
      await assertNotSentOn(secure, client, [trusted.url, elsewhere.url, `${secure.url}/other`]);
      assert.equal(trusted.seen.length + elsewhere.seen.length, 0);
      // The address of a file may lead on; the key does not go with it.
      secure.answer = (to) => to.writeHead(302, { Location: `${trusted.url}/moved` }).end();
      trusted.answer = (to) => to.end('content');
      assert.equal(new TextDecoder().decode(await client.download(`${secure.url}/file`)), 'content');
      assert.deepEqual(
        trusted.seen.map(({ path, headers }) => [path, headers.includes(key)]),
        [['/moved', false]],
      );
    } finally {
      secure.stop();
      trusted.stop();
    }
  });

  it('does not send the key to the address of a file', async () => {
    elsewhere.answer = (to) => to.end('content');
    assert.equal(new TextDecoder().decode(await api.download(`${elsewhere.url}/file`)), 'content');
    await api.put(`${elsewhere.url}/file`, 'text/plain', new TextEncoder().encode('content'));
    evil.answer = (to) => to.writeHead(302, { Location: `${elsewhere.url}/moved` }).end();
    await api.download(`${evil.url}/file`);
    assert.equal(elsewhere.seen.length, 3);
    assert.ok([...evil.seen, ...elsewhere.seen].every(({ headers }) => !headers.includes(key)));
  });

  it('stops listing a server that never ends its pages', async () => {
    const page = (count: number, next_cursor: number | null) => ({
      data: Array.from({ length: count }, () => ({ id, name: 'x', procedures: [], procedures_count: 0, team: null })),
      meta: { has_more: next_cursor !== null, next_cursor },
    });
    const pages = () => allPages((query) => api.call(stations.list, { query }));
    for (const next of [0, -1, 1]) {
      evil.answer = (to, from) => {
        const cursor = Number(new URL(from.url ?? '', evil.url).searchParams.get('cursor'));
        to.end(JSON.stringify(page(0, next === 1 ? cursor : next)));
      };
      await refused(pages(), /does not end/);
    }
    evil.answer = (to, from) => {
      const cursor = Number(new URL(from.url ?? '', evil.url).searchParams.get('cursor'));
      to.end(JSON.stringify(page(1_000, cursor + 1)));
    };
    await refused(pages(), /does not end/);
    assert.ok(evil.seen.length < 50);
    evil.json(page(1_000_000, null));
    await refused(pages(), /more than 64 MiB/);
    evil.json(page(100_000, null));
    await refused(pages(), /does not end/);
  });

  it('limits the size of an event and reports why a stream failed', async () => {
    const stream = { 'Content-Type': 'text/event-stream' };
    const streams = () => [
      api.events(new AbortController().signal),
      api.stream(operator.waiting, {}, new AbortController().signal),
    ];
    for (const piece of ['x'.repeat(mib), `data: ${'x'.repeat(mib)}\n`]) {
      for (const one of streams()) {
        evil.sent = 0;
        evil.endless(200, stream, piece);
        await refused(listen(one), /does not answer/);
        assert.ok(evil.sent < 300 * mib, `${evil.sent / mib} MiB`);
      }
    }
    for (const one of streams()) {
      evil.answer = (to) => to.writeHead(200, stream).write('event: change\ndata: {"kind":\n\n');
      await refused(listen(one), /not understood/);
    }
    evil.answer = (to) => to.writeHead(200, stream).write('event: change\ndata: {"kind":"no such"}\n\n');
    await refused(listen(api.events(new AbortController().signal)), /not understood/);
    await eventually(async () => assert.equal(await evil.open(), 0));
  });

  it('creates safe file names from the names that a server sends', () => {
    const names = ['../../x', '..', '.', '/etc/passwd', 'C:\\x', '\\\\host\\x', 'a\u0000b', '.bashrc', 'con', 'aux.txt', 'x\u202efdp.exe', 'a\nb', '', ' ', '....//x', 'x'.repeat(10_000), '~/x', '%2e%2e/x']; // prettier-ignore
    for (const name of names) {
      const safe = safeFileName(name);
      assert.equal(join('/folder', safe), `/folder/${safe}`, name);
      assert.equal(basename(safe), safe, name);
      assert.ok(safe.length > 0 && safe.length <= 125 && !safe.startsWith('.'), safe);
      assert.doesNotMatch(safe, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});

const runBody = {
  outcome: 'PASS' as const,
  procedure_id: id,
  serial_number: 'SN-1',
  part_number: 'P',
  started_at: '2026-01-02T03:04:05Z',
  ended_at: '2026-01-02T03:04:06Z',
};
