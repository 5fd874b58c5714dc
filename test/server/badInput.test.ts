import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import { httpTimeoutsMs } from '../../src/server/cli/listen.ts';
import { errorAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';

describe('bad input', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  before(() => bench.procedure('Functional test', 'FVT1'));
  afterEach(async () => {
    assert.equal(bench.server.stderr(), '', 'nothing was unforeseen');
    assert.equal((await bench.user.send(local.health)).status, 200);
  });

  const post = (path: string, body: Buffer | string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; text: string }>((done, fail) => {
      const options: RequestOptions = { method: 'POST', headers: { Authorization: `Bearer ${adminKey}`, ...headers } };
      const sent = request(bench.server.url + path, options, (answer: IncomingMessage) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => done({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
      });
      sent.on('error', fail).end(body);
    });
  const runWith = (measured_value: string) =>
    JSON.stringify({
      ...passedRun('FVT1'),
      phases: [
        {
          name: 'Measure',
          outcome: 'PASS',
          start_time_millis: 0,
          end_time_millis: 1,
          measurements: [{ name: 'value', outcome: 'PASS', measured_value: 'VALUE' }],
        },
      ],
    }).replace('"VALUE"', measured_value);
  const countRuns = async () => (await bench.user.call(runs.list)).data.length;

  describe('in the body', () => {
    it('refuses a body that is not JSON with 400', async () => {
      const bodies = ['', '{', '{"name":}', "{'name': 1}", 'name=Bench', '\0', '{"name":"a"} {"name":"b"}', '[1,]'];
      for (const body of bodies) {
        const { status, text } = await post(stations.create.path, body);
        assert.equal(status, 400, `${body}: ${text}`);
      }
    });

    it('refuses a JSON body that is not an object with 400', async () => {
      for (const body of ['null', '1', '"name"', '[]', '[{"name":"Bench"}]', 'true']) {
        assert.equal((await post(stations.create.path, body)).status, 400, body);
        assert.equal((await post(v1.createRun.path, body)).status, 400, body);
      }
    });

    it('parses the body as JSON whatever its content type', async () => {
      const types = [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'];
      for (const [index, type] of types.entries()) {
        const body = JSON.stringify({ name: `Typed ${index}` });
        const { status } = await post(stations.create.path, body, type === undefined ? {} : { 'Content-Type': type });
        assert.equal(status, 200, type);
      }
    });

    it('refuses a body that is not UTF-8', async () => {
      for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
        const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);
        const { status, text } = await post(stations.create.path, body);
        assert.equal(status, 400, text);
        assert.match(text, /UTF-8/);
      }
      const { status } = await post(stations.create.path, Buffer.from('\ufeff{"name":"With a mark"}'));
      assert.equal(status, 200);
    });

    it('refuses NaN and Infinity in a body', async () => {
      for (const value of ['NaN', 'Infinity', '-Infinity']) {
        assert.equal((await post(v1.createRun.path, runWith(value))).status, 400, value);
      }
      assert.equal(await countRuns(), 0);
    });

    it('reports one issue for each number that is sent as text', async () => {
      const body = runWith('1').replace('"start_time_millis":0', '"start_time_millis":"0"');
      const { status, text } = await post(v1.createRun.path, body);
      assert.equal(status, 400);
      assert.match(text, /phases\.0\.start_time_millis/);
      assert.equal(await countRuns(), 0);
    });

    it('refuses or stores extreme numbers without failing', async () => {
      for (const value of ['1e999', '-1e999', '1e308', '123456789012345678901234567890']) {
        const { status, text } = await post(v1.createRun.path, runWith(value));
        assert.ok(status === 200 || status === 400, `${value}: ${status} ${text}`);
      }
      for (const millis of ['1e999', '-1', '1e300', '9007199254740993']) {
        const body = runWith('1').replace('"end_time_millis":1', `"end_time_millis":${millis}`);
        assert.equal((await post(v1.createRun.path, body)).status, 400, millis);
      }
    });

    it('refuses a body that is nested too deeply', async () => {
      for (const depth of [1_000, 100_000, 4_000_000]) {
        for (const [open, close] of [
          ['[', ']'],
          ['{"a":', '}'],
        ] as const) {
          const times = Math.min(depth, Math.floor(9_000_000 / (open.length + close.length)));
          const value = `${open.repeat(times)}1${close.repeat(times)}`;
          for (const [path, body] of [
            [v1.createRun.path, runWith(value)],
            [stations.create.path, `{"name":${value}}`],
          ] as const) {
            const { status, text } = await post(path, body);
            assert.equal(status, 400, `${times} of ${open} to ${path}: ${text.slice(0, 200)}`);
          }
        }
      }
    });

    it('refuses a report that is nested too deeply', async () => {
      const { id: upload_id, uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: 'deep.json' } });
      await fetch(uploadUrl, { method: 'PUT', body: '{"phases":'.repeat(100_000) });
      const reply = await bench.user.send(v1.importReport, { body: { upload_id, importer: 'OPENHTF' } });
      assert.equal(reply.status, 400, reply.text);
      assert.match(reply.text, /nested more than/);
    });

    it('refuses huge texts, or stores them whole in fields without a limit', async () => {
      const huge = 'x'.repeat(5_000_000);
      assert.equal((await bench.user.send(stations.create, { body: { name: huge } })).status, 400);
      assert.equal((await bench.user.send(v1.createRun, { body: passedRun('FVT1', huge) })).status, 400);
      assert.equal((await post(v1.createRun.path, runWith(JSON.stringify(huge)))).status, 200);
    });

    it('refuses a body above 10 MiB with 413, with or without a Content-Length', async () => {
      const body = Buffer.alloc(10 * 1024 * 1024 + 1, 0x20);
      assert.equal((await post(stations.create.path, body)).status, 413);
      const pieces = ReadableStream.from(Array.from({ length: 11 }, () => new Uint8Array(1024 * 1024)));
      const reply = await fetch(bench.server.url + stations.create.path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${adminKey}` },
        body: pieces,
        duplex: 'half',
      });
      assert.equal(reply.status, 413);
      assert.equal(errorAnswer.parse(await reply.json()).code, 'PAYLOAD_TOO_LARGE');
    });

    it('treats the names of inherited properties as plain names', async () => {
      const { status } = await post(stations.create.path, '{"__proto__":{"name":"Inherited"},"constructor":1}');
      assert.equal(status, 400);
      const value = '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}';
      assert.equal((await post(v1.createRun.path, runWith(value))).status, 200);
      assert.equal(
        (await bench.user.send(stations.list, { query: { __proto__x: '1', constructor: '2' } })).status,
        200,
      );
    });
  });

  describe('in the path and query', () => {
    it('refuses a repeated query parameter that takes one value', async () => {
      const reply = await bench.user.send(stations.list, { query: { limit: ['1', '2'] } });
      assert.equal(reply.status, 400);
      assert.deepEqual(errorAnswer.parse(reply.json()).issues?.[0]?.path, ['limit']);
      const search = await bench.user.send(stations.list, { query: { search_query: ['a', 'b'] } });
      assert.equal(search.status, 400);
    });

    it('refuses query parameters that are not numbers', async () => {
      for (const limit of ['NaN', 'Infinity', '-1', '1e9999', '0x', '1.5', '']) {
        assert.equal((await bench.user.send(procedures.list, { query: { limit } })).status, 400, limit);
      }
      assert.equal((await bench.user.send(procedures.list, { query: { cursor: '50.0' } })).status, 200);
    });

    it('serves nothing for broken escapes, parent paths and unknown paths', async () => {
      const paths = [
        '/api/v2/stations/%',
        '/api/v2/stations/%ff%fe',
        '/api/v2/stations/%00',
        '/api/v2/stations/..%2f..%2fetc%2fpasswd',
        '/api/attachments/..%2f..%2fstations.db',
        '/api/uploads/%2e%2e%2f%2e%2e',
        '/api/v2/units/%E0%A4%A',
        '/server.json',
        '/api/v2',
        '/',
      ];
      for (const path of paths) {
        const { status, text } = await send(bench.server.url, 'GET', path, { key: adminKey });
        assert.ok([400, 403, 404].includes(status), `${path}: ${status} ${text}`);
      }
    });

    it('refuses methods that a path does not have', async () => {
      for (const method of ['PUT', 'OPTIONS', 'DELETE', 'PROPFIND']) {
        assert.equal((await send(bench.server.url, method, stations.list.path, { key: adminKey })).status, 404, method);
      }
      const head = await send(bench.server.url, 'HEAD', stations.list.path, { key: adminKey });
      assert.deepEqual([head.status, head.text], [200, '']);
      assert.equal((await send(bench.server.url, 'HEAD', stations.list.path)).status, 401);
    });
  });

  describe('in the key', () => {
    it('treats a malformed Authorization header as an unknown key', async () => {
      const wrong = [
        'Bearer',
        'Bearer ',
        `Basic ${adminKey}`,
        adminKey,
        `Bearer ${adminKey} x`,
        `Bearer ${'x'.repeat(5000)}`,
      ];
      for (const Authorization of wrong) {
        const { status } = await send(bench.server.url, 'GET', stations.list.path, { headers: { Authorization } });
        assert.equal(status, 401, Authorization.slice(0, 40));
      }
    });
  });

  describe('of clients that disconnect', () => {
    const incoming = () => {
      const folder = join(bench.folder, 'attachments', 'incoming');
      return existsSync(folder) ? readdirSync(folder) : [];
    };

    it('discards an upload that breaks off, and accepts it again', async () => {
      const { id, uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: 'half.bin' } });
      const { pathname, search, host, hostname, port } = new URL(uploadUrl);
      const socket = connect(Number(port), hostname);
      socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1000000\r\n\r\n`);
      socket.write(Buffer.alloc(100_000));
      while (incoming().length === 0) await new Promise(setImmediate);
      socket.destroy();
      while (incoming().length > 0) await new Promise(setImmediate);
      const { id: run_id } = await bench.user.call(v1.createRun, { body: passedRun('FVT1', 'SN-HALF') });
      const early = await bench.user.send(v1.syncUpload, { body: { upload_id: id, run_id } });
      assert.equal(early.status, 409, early.text);
      assert.equal((await fetch(uploadUrl, { method: 'PUT', body: 'whole' })).status, 200);
      assert.equal((await bench.user.send(v1.syncUpload, { body: { upload_id: id, run_id } })).status, 200);
    });

    it('creates no run for a push that breaks off', async () => {
      const body = runWith('1').replace('SN-0001', 'SN-BROKEN');
      const { host, hostname, port } = new URL(bench.server.url);
      const socket = connect(Number(port), hostname);
      const head = `POST ${v1.createRun.path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${adminKey}\r\n`;
      socket.write(`${head}Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
      // The server has read the head when it says so.
      await new Promise((said) => socket.once('data', said));
      await new Promise((written) => socket.write(body.slice(0, -1), written));
      const closed = new Promise((done) => socket.once('close', done));
      socket.destroy();
      await closed;
      const found = await bench.user.call(v1.getRuns, { query: { serial_number: 'SN-BROKEN' } });
      assert.deepEqual(found, []);
    });

    it('refuses data that is not HTTP', async () => {
      const { hostname, port } = new URL(bench.server.url);
      for (const text of [
        '\x16\x03\x01\x02\0\x01\0',
        'GET\r\n\r\n',
        `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      ]) {
        const socket = connect(Number(port), hostname);
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString()));
        socket.on('error', () => {});
        const closed = new Promise((done) => socket.once('close', done));
        socket.write(text);
        await closed;
        assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
      }
    });

    it('limits the time for requests and headers', () => {
      for (const [name, millis] of Object.entries(httpTimeoutsMs)) {
        assert.ok(millis > 0 && Number.isFinite(millis), name);
      }
      assert.deepEqual(Object.keys(httpTimeoutsMs).sort(), ['headersTimeout', 'keepAliveTimeout', 'requestTimeout']);
    });
  });

  describe('of simultaneous clients', () => {
    it('creates a station for each of several simultaneous requests with one name', async () => {
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => bench.user.send(stations.create, { body: { name: 'At once' } })),
      );
      assert.deepEqual(
        replies.map(({ status }) => status),
        replies.map(() => 200),
      );
      const ids = replies.map((reply) => stations.create.answer.parse(reply.json()).id);
      assert.equal(new Set(ids).size, 8);
    });

    it('creates a unit, its part, revision, batch and version once for simultaneous pushes', async () => {
      const unit_under_test = { serial_number: 'SN-ONCE', part_number: 'ONCE', revision: 'R1', batch_number: 'B1' };
      const body = { ...passedRun('FVT1'), unit_under_test, procedure_version: '1.0' };
      const replies = await Promise.all(Array.from({ length: 8 }, () => bench.user.send(v1.createRun, { body })));
      assert.deepEqual(
        replies.map(({ status }) => status),
        replies.map(() => 200),
      );
      const { data } = await bench.user.call(runs.list, { query: { serial_numbers: 'SN-ONCE' } });
      assert.equal(data.length, 8);
      const made = data.map(({ unit, procedure }) => JSON.stringify([unit, procedure.version]));
      assert.equal(new Set(made).size, 1, made.join('\n'));
    });
  });
});
