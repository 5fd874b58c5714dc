import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { runs } from '../../src/contract/runs.ts';
import { idAnswer } from '../../src/contract/common.ts';
import { adminKey, type TestStation, useServer } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';

describe('a push with an Idempotency-Key', function () {
  this.timeout(60_000);
  const bench = useServer();
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

  it('makes one run, on v1 as on v2, also when it comes several times at once', async () => {
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

  it('still is the same push after the server was killed', async () => {
    const id = await pushed('/api/v2/runs', v2Run('Killed'), 'survivor');
    await bench.restart((server) => server.kill());
    assert.equal(await pushed('/api/v2/runs', v2Run('Killed'), 'survivor'), id);
  });

  it('is one of its caller alone', async () => {
    const own = await pushed('/api/v2/runs', v2Run('Shared'), 'shared');
    assert.notEqual(await pushed('/api/v2/runs', v2Run('Shared'), 'shared', adminKey), own);
  });

  it('may be made again with the same key when it was refused, or its run was deleted', async () => {
    const refused = await push('/api/v2/runs', { ...v2Run('Refused'), sub_units: ['nowhere'] }, 'again');
    assert.equal(refused.status, 422);
    const id = await pushed('/api/v2/runs', v2Run('Refused'), 'again');
    await bench.user.call(runs.delete, { query: { ids: id } });
    assert.notEqual(await pushed('/api/v2/runs', v2Run('Refused'), 'again'), id);
  });

  it('must have a key of 1 to 200 characters', async () => {
    const { status, text } = await push('/api/v2/runs', v2Run('Long'), 'x'.repeat(201));
    assert.equal(status, 400);
    assert.match(z.object({ message: z.string() }).parse(JSON.parse(text)).message, /Idempotency-Key/);
  });

  it('takes nothing of others with it when it fails among them', async () => {
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
