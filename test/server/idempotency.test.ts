import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, type TestStation, useServerProcess } from './bench.ts';
import { type Reply, send } from './requests.ts';
import { passedRun } from './runs.ts';

describe('a push with an Idempotency-Key', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const push = (path: string, body: unknown, idempotencyKey: string, key = station.key) =>
    send(bench.server.url, 'POST', path, { key, body, headers: { 'Idempotency-Key': idempotencyKey } });
  const pushed = async (...request: Parameters<typeof push>): Promise<string> => {
    const reply = await push(...request);
    assert.equal(reply.status, 200, reply.text);
    return idAnswer.parse(reply.json()).id;
  };
  const v2Run = (serial_number: string) => ({
    outcome: 'PASS',
    procedure_id: procedure,
    started_at: '2026-01-01T00:00:00Z',
    ended_at: '2026-01-01T00:01:00Z',
    serial_number,
    part_number: 'PCBA01',
  });
  const countOf = async (serial: string): Promise<number> =>
    (await bench.user.call(runs.list, { query: { serial_numbers: serial } })).data.length;

  it('creates one run through v1 and v2, also when it arrives several times at once', async () => {
    for (const [path, body] of [
      ['/api/v1/runs', passedRun('FVT1', 'Once-1')],
      ['/api/v2/runs', v2Run('Once-2')],
    ] as const) {
      const ids = await Promise.all(Array.from({ length: 8 }, () => pushed(path, body, `key of ${path}`)));
      ids.push(await pushed(path, body, `key of ${path}`));
      assert.equal(new Set(ids).size, 1);
    }
    assert.deepEqual([await countOf('Once-1'), await countOf('Once-2')], [1, 1]);
  });

  it('is still recognized after the server was killed', async () => {
    const id = await pushed('/api/v2/runs', v2Run('Killed'), 'survivor');
    await bench.restart((server) => server.kill());
    assert.equal(await pushed('/api/v2/runs', v2Run('Killed'), 'survivor'), id);
  });

  it('is scoped to its caller', async () => {
    const own = await pushed('/api/v2/runs', v2Run('Shared'), 'shared');
    assert.notEqual(await pushed('/api/v2/runs', v2Run('Shared'), 'shared', adminKey), own);
  });

  it('can be repeated with the same key if it was refused or its run was deleted', async () => {
    const refused = await push('/api/v2/runs', { ...v2Run('Refused'), sub_units: ['nowhere'] }, 'again');
    assert.equal(refused.status, 422);
    const id = await pushed('/api/v2/runs', v2Run('Refused'), 'again');
    await bench.user.call(runs.delete, { query: { ids: id } });
    assert.notEqual(await pushed('/api/v2/runs', v2Run('Refused'), 'again'), id);
  });

  const refusedAsOther = (reply: Reply, mark: string): void => {
    assert.equal(reply.status, 409, reply.text);
    assert.match(
      reply.text,
      new RegExp(
        `${mark} of this push was used before, for run [0-9a-f-]{36} with other content\\. Nothing was stored\\.`,
      ),
    );
  };

  it('is refused if its content differs, through v1 and v2, and stores nothing', async () => {
    const other = { ...v2Run('Other'), outcome: 'FAIL' };
    const id = await pushed('/api/v2/runs', v2Run('First'), 'reused');
    for (const [path, body] of [
      ['/api/v2/runs', other],
      ['/api/v2/runs', { ...v2Run('First'), docstring: 'Second attempt' }],
      ['/api/v1/runs', passedRun('FVT1', 'First')],
    ] as const) {
      refusedAsOther(await push(path, body, 'reused'), 'Idempotency-Key');
    }
    await pushed('/api/v1/runs', passedRun('FVT1', 'First v1'), 'reused on v1');
    refusedAsOther(await push('/api/v1/runs', passedRun('FVT1', 'Other'), 'reused on v1'), 'Idempotency-Key');
    assert.deepEqual([await countOf('First'), await countOf('First v1'), await countOf('Other')], [1, 1, 0]);
    assert.equal(await pushed('/api/v2/runs', v2Run('First'), 'reused'), id);
  });

  it('is recognized regardless of the format of its JSON and the version of the v1 client', async () => {
    const measured = { name: 'Response', outcome: 'PASS', measured_value: { b: [1, 2.5], a: { d: null, c: 'x' } } };
    const phase = {
      name: 'Check',
      outcome: 'PASS',
      started_at: '2026-01-01T00:00:00Z',
      ended_at: '2026-01-01T00:00:01Z',
    };
    const body = { ...v2Run('Written'), phases: [{ ...phase, measurements: [measured] }] };
    const id = await pushed('/api/v2/runs', body, 'written');
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      const entries: [string, unknown][] = Object.entries(value);
      return Object.fromEntries(entries.reverse().map(([name, each]) => [name, reversed(each)]));
    };
    assert.equal(await pushed('/api/v2/runs', JSON.stringify(reversed(body), null, 4), 'written'), id);
    const v1Body = passedRun('FVT1', 'Written v1');
    const v1Id = await pushed('/api/v1/runs', { ...v1Body, client: 'Python', client_version: '2.2.4' }, 'written v1');
    assert.equal(await pushed('/api/v1/runs', { ...v1Body, client_version: '2.2.5' }, 'written v1'), v1Id);
  });

  it('has a client_run_ref that works like a key and is scoped to its caller', async () => {
    const other = await bench.station('Bench 2', procedure);
    const body = { ...v2Run('Ref'), client_run_ref: 'run-0001' };
    const push = (sent: unknown, key: string, headers: Record<string, string> = {}) =>
      send(bench.server.url, 'POST', '/api/v2/runs', { key, body: sent, headers });
    const idOf = (reply: Reply): string => {
      assert.equal(reply.status, 200, reply.text);
      return idAnswer.parse(reply.json()).id;
    };
    const id = idOf(await push(body, station.key));
    assert.equal(idOf(await push(body, station.key, { 'Idempotency-Key': 'another' })), id);
    const second = idOf(await push({ ...body, outcome: 'FAIL' }, other.key));
    assert.notEqual(second, id);
    refusedAsOther(await push({ ...body, outcome: 'FAIL' }, station.key), 'client_run_ref');
    refusedAsOther(await push({ ...v2Run('Ref-2'), client_run_ref: 'run-0001' }, other.key), 'client_run_ref');
    // Both marks count: a new reference does not excuse a key that was used.
    const marked = { 'Idempotency-Key': 'marked' };
    idOf(await push({ ...v2Run('Ref-3'), client_run_ref: 'run-0003' }, other.key, marked));
    refusedAsOther(await push({ ...v2Run('Ref-4'), client_run_ref: 'run-0004' }, other.key, marked), 'Idempotency-Key');
    assert.deepEqual(await Promise.all(['Ref', 'Ref-2', 'Ref-3', 'Ref-4'].map(countOf)), [2, 0, 1, 0]);
  });

  it('shows no earlier run to a station that may not push runs of the procedure any more', async () => {
    const { id, key } = await bench.station('Bench 3', procedure);
    const body = { ...v2Run('Unlinked'), client_run_ref: 'run-0002' };
    await pushed('/api/v2/runs', body, 'unlinked', key);
    await bench.user.call(local.unlinkProcedure, { params: { id, procedure_id: procedure } });
    const reply = await push('/api/v2/runs', body, 'unlinked', key);
    assert.equal(reply.status, 403);
    assert.match(reply.text, /not linked/);
    await bench.user.call(local.linkProcedure, { params: { id, procedure_id: procedure } });
    await pushed('/api/v2/runs', body, 'unlinked', key);
    assert.equal(await countOf('Unlinked'), 1);
  });

  it('of a report is recognized as long as the report describes the same unit', async () => {
    const report = (more: object = {}, outcome = 'PASS') => ({
      dut_id: 'Report',
      outcome,
      start_time_millis: 1_767_323_045_000,
      end_time_millis: 1_767_323_046_500,
      metadata: { procedure_id: 'FVT1', part_number: 'PCBA01' },
      phases: [{ name: 'check', outcome, start_time_millis: 1_767_323_045_000, end_time_millis: 1_767_323_046_500 }],
      ...more,
    });
    const imported = async (content: unknown): Promise<Reply> => {
      const { id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name: 'report.json' } });
      await fetch(uploadUrl, { method: 'PUT', body: JSON.stringify(content, null, 2) });
      return push('/api/v1/import', { upload_id: id, importer: 'OPENHTF' }, 'report');
    };
    const first = await imported(report());
    assert.equal(first.status, 200, first.text);
    const log = { level: 20, timestamp_millis: 1_767_323_047_000, message: 'Uploading', source: 'a.py', lineno: 1 };
    const again = await imported(report({ log_records: [log] }));
    assert.deepEqual([again.status, again.json()], [200, first.json()]);
    refusedAsOther(await imported(report({}, 'FAIL')), 'Idempotency-Key');
    assert.equal(await countOf('Report'), 1);
  });

  it('is recognized by unit, procedure and outcome if an older server stored the run', async () => {
    const id = await pushed('/api/v2/runs', v2Run('Older'), 'older');
    await bench.restart(async (server) => {
      await server.stop();
      const database = new DatabaseSync(join(bench.folder, 'stations.db'));
      database.exec(`update runs set push_hash = null where push_key like '%older'`);
      database.close();
    });
    assert.equal(await pushed('/api/v2/runs', { ...v2Run('OLDER'), docstring: 'Later' }, 'older'), id);
    refusedAsOther(await push('/api/v2/runs', { ...v2Run('Older'), outcome: 'FAIL' }, 'older'), 'Idempotency-Key');
    refusedAsOther(await push('/api/v2/runs', v2Run('Older-2'), 'older'), 'Idempotency-Key');
  });

  it('must have a key of 1 to 200 characters', async () => {
    const { status, text } = await push('/api/v2/runs', v2Run('Long'), 'x'.repeat(201));
    assert.equal(status, 400);
    assert.match(z.object({ message: z.string() }).parse(JSON.parse(text)).message, /Idempotency-Key/);
  });

  it('does not affect other pushes at the same time when it is refused', async () => {
    const bodies = Array.from({ length: 12 }, (_, n) => ({
      ...v2Run(`Group-${n}`),
      ...(n % 3 === 0 ? { sub_units: ['nowhere'] } : {}),
    }));
    const replies = await Promise.all(bodies.map((body, n) => push('/api/v2/runs', body, `group ${n}`)));
    assert.deepEqual(
      replies.map(({ status }) => status),
      bodies.map((_, n) => (n % 3 === 0 ? 422 : 200)),
    );
    const { data } = await bench.user.call(runs.list, { query: { search_query: 'group-' } });
    assert.equal(data.length, 8);
    const kept = await Promise.all(bodies.map((_, n) => countOf(`Group-${n}`)));
    assert.deepEqual(
      kept,
      bodies.map((_, n) => (n % 3 === 0 ? 0 : 1)),
    );
  });
});
