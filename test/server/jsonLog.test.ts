import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import * as z from 'zod';
import { currentRequestId, log, setLogFormat } from '../../src/server/log.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';
import { newUserKey, runServerProgram, startServer, temporaryFolder } from './support.ts';

const line = z.looseObject({
  time: z.iso.datetime(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string().min(1),
  request_id: z.uuid().optional(),
  method: z.string().optional(),
  route: z.string().optional(),
  status: z.number().optional(),
  duration_ms: z.number().min(0).optional(),
});

const parse = (text: string) =>
  text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => line.parse(JSON.parse(each)));

describe('the log of a server with --log-format json', function () {
  this.timeout(60_000);
  const bench = useServerProcess({}, ['--log-format', 'json']);

  it('has a line for each request with its id, route, status and duration, and no key, name or serial number', async () => {
    const procedure = await bench.procedure('PRIVATE-procedure', 'PRIVATE1');
    const station = await bench.station('PRIVATE-station', procedure);
    await station.client.call(v1.createRun, { body: passedRun('PRIVATE1', 'PRIVATE-SN') });
    await bench.user.send(v1.createRun, { body: passedRun('PRIVATE-unknown', 'PRIVATE-SN') });
    await send(bench.server.url, 'DELETE', '/api/v1/units/PRIVATE-SN?PRIVATE=1', { key: adminKey });
    const { response } = await fetched(`${bench.server.url}/PRIVATE-path`);
    const id = response.headers.get('x-request-id');
    const { stderr, code } = await bench.server.stop();
    assert.equal(code, 0);
    const lines = parse(stderr);
    for (const secret of ['PRIVATE', adminKey, station.key, 'Bearer']) assert.ok(!stderr.includes(secret), secret);
    const requests = lines.filter(({ route }) => route !== undefined);
    assert.deepEqual(
      requests.slice(-4).map(({ method, route, status }) => [method, route, status]),
      [
        ['POST', '/api/v1/runs', 200],
        ['POST', '/api/v1/runs', 404],
        ['DELETE', '/api/v1/units/:serial_number', 200],
        ['GET', 'other', 404],
      ],
    );
    assert.equal(requests.at(-1)?.request_id, id);
    assert.equal(new Set(requests.map(({ request_id }) => request_id)).size, requests.length);
    assert.ok(requests.every(({ duration_ms }) => duration_ms !== undefined));
  });

  const fetched = async (url: string) => {
    const response = await fetch(url);
    await response.text();
    return { response };
  };
});

describe('a new data folder with --log-format json', function () {
  this.timeout(60_000);

  it('gets no user key that would be in the log, and one with new-user-key', async () => {
    const folder = temporaryFolder();
    const server = await startServer(folder, {}, ['--log-format', 'json']);
    const key = await newUserKey(folder);
    const { status } = await send(server.url, 'GET', '/api/v2/runs', { key });
    assert.equal(status, 200);
    const { stderr } = await server.stop();
    assert.match(parse(stderr)[0]?.message ?? '', /no user key yet.*new-user-key/);
    assert.ok(!stderr.includes(key));
  });
});

describe('the option --log-format', () => {
  it('is text or json', async () => {
    const { code, stderr } = await runServerProgram(['--data', temporaryFolder(), '--log-format', 'xml']);
    assert.equal(code, 2);
    assert.match(stderr, /--log-format must be text or json and is "xml"/);
  });
});

describe('a line of the JSON log', () => {
  const write = process.stderr.write.bind(process.stderr);
  afterEach(() => {
    process.stderr.write = write;
    setLogFormat('text');
  });

  function captured(work: () => void): z.infer<typeof line>[] {
    let text = '';
    setLogFormat('json');
    process.stderr.write = (chunk) => {
      text += String(chunk);
      return true;
    };
    try {
      work();
    } finally {
      process.stderr.write = write;
    }
    return parse(text);
  }

  it('has an error on one line with its stack, and the id of the request in which it happened', () => {
    const id = '9a7f2d5e-52a8-4c49-9d0c-0fd0d2a3c3b1';
    const [found] = captured(() =>
      currentRequestId.run(id, () => log.error('GET /x failed', new TypeError('two\nlines'))),
    );
    assert.equal(found?.level, 'error');
    assert.equal(found.request_id, id);
    assert.match(String(found['error']), /^TypeError: two\nlines\n {4}at /);
  });

  it('does not quote the text that could not be parsed as JSON', () => {
    const [found] = captured(() => {
      try {
        JSON.parse('{"serial": PRIVATE-SN}');
      } catch (error) {
        log.error('A report could not be read', error);
      }
    });
    assert.match(String(found?.['error']), /^SyntaxError\n {4}at /);
    assert.doesNotMatch(JSON.stringify(found), /PRIVATE/);
  });
});
