import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { batches } from '../../src/shared/contract/batches.ts';
import { phases } from '../../src/shared/contract/explorer.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { useServer } from './bench.ts';
import { findingsIn } from './findingsIn.ts';

describe('runs that come in at the same moment', function () {
  this.timeout(60_000);
  const bench = useServer();
  let procedure_id: string;
  before(async () => (procedure_id = await bench.procedure('Together')));

  const body = (serial_number: string, more: object = {}) => ({
    outcome: 'PASS',
    procedure_id,
    started_at: '2026-01-02T03:04:05Z',
    ended_at: '2026-01-02T03:05:05Z',
    serial_number,
    part_number: 'PCBA01',
    ...more,
  });
  const push = (serial: string, more: object = {}) => bench.user.send(runs.create, { body: body(serial, more) });
  const serialsOf = async (query: Record<string, string>) =>
    (await bench.user.call(runs.list, { query })).data.map(({ unit }) => unit.serial_number).toSorted();
  const facts = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, n]));

  it('are all stored except one that is refused after its rows were written', async () => {
    assert.equal((await push('SN-full', { unit_metadata: facts('a', 50) })).status, 200);
    const replies = await Promise.all([
      ...Array.from({ length: 5 }, (_, n) => push(`SN-${n}`, { batch_number: 'B-1' })),
      push('SN-full', { part_number: 'PCBA02', batch_number: 'B-2', unit_metadata: facts('b', 1) }),
      push('SN-none', { sub_units: ['SN-nowhere'] }),
      ...Array.from({ length: 5 }, (_, n) => push(`SN-${5 + n}`, { batch_number: 'B-1' })),
    ]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200, 200, 200, 400, 422, 200, 200, 200, 200, 200],
    );
    const kept = Array.from({ length: 10 }, (_, n) => `SN-${n}`);
    assert.deepEqual(await serialsOf({}), [...kept, 'SN-full']);
    const unit = await bench.user.call(units.get, { params: { serial_number: 'SN-full' } });
    assert.deepEqual([unit.part.number, unit.batch], ['PCBA01', null]);
    assert.deepEqual(await findingsIn(bench.folder), []);
  });

  it('move their unit between batches and update the unit counts', async () => {
    for (const batch_number of ['B-3', 'B-4']) assert.equal((await push('SN-moved', { batch_number })).status, 200);
    const { data } = await bench.user.call(batches.list, { query: { numbers: ['B-3', 'B-4'], sort_by: 'number' } });
    const counts = Object.fromEntries(data.map(({ number, unit_count }) => [number, unit_count]));
    assert.deepEqual(counts, { 'B-3': 0, 'B-4': 1 });
  });

  it('leave no reference in a unit to a deleted run', async () => {
    const reply = await push('SN-orphan');
    const { id } = runs.create.answer.parse(reply.json());
    const made = await bench.user.call(units.get, { params: { serial_number: 'SN-orphan' } });
    assert.equal(made.created_during?.id, id);
    await bench.user.call(runs.delete, { query: { ids: id } });
    const left = await bench.user.call(units.get, { params: { serial_number: 'SN-orphan' } });
    assert.equal(left.created_during, null);
  });

  it('are found by phases that did not pass', async () => {
    const phase = (name: string, outcome: string) => ({
      name,
      outcome,
      started_at: '2026-01-02T03:04:05Z',
      ended_at: '2026-01-02T03:04:06Z',
    });
    await push('SN-passed', { phases: [phase('one', 'PASS')] });
    await push('SN-failed', { phases: [phase('one', 'PASS'), phase('two', 'FAIL')] });
    await push('SN-skipped', { phases: [phase('one', 'SKIP')] });
    const found = async (...outcomes: string[]) => {
      const { data } = await bench.user.call(phases.list, { query: { procedure_id, outcomes } });
      return data.map(({ serial_number, name }) => `${serial_number} ${name}`).toSorted();
    };
    assert.deepEqual(await found('FAIL'), ['SN-failed two']);
    assert.deepEqual(await found('FAIL', 'SKIP'), ['SN-failed two', 'SN-skipped one']);
    assert.deepEqual(await found('PASS', 'FAIL'), ['SN-failed one', 'SN-failed two', 'SN-passed one']);
  });
});
