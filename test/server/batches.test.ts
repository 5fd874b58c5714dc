import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { batches } from '../../src/shared/contract/batches.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('batches', function () {
  this.timeout(60_000);
  const bench = useServer();
  const create = (number: unknown) => bench.user.send(batches.create, { body: { number } });
  const numbers = async (query: Record<string, string | string[]>) =>
    (await bench.user.call(batches.list, { query })).data.map(({ number }) => number);
  const push = async (serial_number: string, batch_number: string, part_number: string) =>
    bench.user.call(v1.createRun, {
      body: { ...passedRun('BATCH', serial_number), unit_under_test: { serial_number, part_number, batch_number } },
    });

  it('have numbers of letters, digits and a few signs', async () => {
    for (const number of ['B-1', 'b_2', 'B.3', 'x'.repeat(100)]) assert.equal((await create(number)).status, 200);
    const signs = ['/', '\\', ' ', '(', ')', '[', ']', '#', '@', '&', '=', ',', ';', '"', "'", 'ä'];
    const wrong = ['', '  ', 'x'.repeat(101), 12, ...signs.map((sign) => `B${sign}1`)];
    for (const number of wrong) {
      const reply = await create(number);
      assert.equal(reply.status, 400, String(number));
      assert.match(reply.text, /"path":\["number"\]/);
    }
  });

  it('have numbers that are unique regardless of case', async () => {
    await create('Unique');
    const reply = await create('UNIQUE');
    assert.equal(reply.status, 409);
    assert.match(reply.text, /Batch \\"Unique\\" already exists/);
  });

  it('are returned with their units and can be renamed', async () => {
    await bench.procedure('Of batches', 'BATCH');
    await push('SN-1', 'Lot-1', 'PCBA01');
    await push('SN-2', 'LOT-1', 'PCBA02');
    const lot = await bench.user.call(batches.get, { params: { number: 'lot-1' } });
    assert.deepEqual(
      lot.units.map((unit) => [unit.serial_number, unit.part.number, unit.part.revision.number]),
      [
        ['SN-1', 'PCBA01', 'A'],
        ['SN-2', 'PCBA02', 'A'],
      ],
    );
    await create('Lot-2');
    const rename = (number: string, new_number: string) =>
      bench.user.send(batches.update, { params: { number }, body: { new_number } });
    assert.equal((await rename('Lot-1', 'lot-2')).status, 409);
    assert.equal((await rename('Lot-1', 'lot 2')).status, 400);
    assert.deepEqual((await rename('Lot-1', 'LOT-1b')).json(), { id: lot.id });
    assert.equal((await rename('Lot-1', 'Lot-3')).status, 404);
    assert.equal((await bench.user.call(batches.get, { params: { number: 'lot-1B' } })).number, 'LOT-1b');
  });

  it('are listed, sorted and filtered', async () => {
    await push('SN-L1', 'List-1', 'L-PART');
    await push('SN-L2', 'List-1', 'L-PART');
    await push('SN-L3', 'list-0', 'Other');
    const { id } = await bench.user.call(batches.create, { body: { number: 'List-2' } });
    const search_query = 'LIST-';
    assert.deepEqual(await numbers({ search_query, sort_by: 'number', sort_order: 'asc' }), [
      'list-0',
      'List-1',
      'List-2',
    ]);
    assert.deepEqual(await numbers({ search_query, limit: '1' }), ['List-2']);
    assert.deepEqual(await numbers({ ids: id }), ['List-2']);
    assert.deepEqual(await numbers({ numbers: ['LIST-1', 'nothing'] }), ['List-1']);
    assert.deepEqual(await numbers({ part_numbers: 'l-part', revision_numbers: 'a' }), ['List-1']);
    assert.deepEqual(await numbers({ part_numbers: 'l-part', revision_numbers: 'b' }), []);
    assert.deepEqual(await numbers({ created_after: '2200-01-01T00:00:00Z' }), []);
    assert.deepEqual(await numbers({ search_query: 'List-2', created_before: '2200-01-01T00:00:00.000000Z' }), [
      'List-2',
    ]);
    const { data } = await bench.user.call(batches.list, { query: { numbers: 'List-1' } });
    assert.deepEqual([data[0]?.unit_count, data[0]?.created_by_user?.name], [2, 'Local user']);
    assert.equal((await bench.user.send(batches.list, { query: { sort_by: 'unit_count' } })).status, 400);
  });

  it('keep their units and runs when they are deleted', async () => {
    const { id } = await push('SN-D', 'Deleted', 'PCBA01');
    const batch = await bench.user.call(batches.get, { params: { number: 'Deleted' } });
    assert.deepEqual(await bench.user.call(batches.delete, { params: { number: 'DELETED' } }), { id: [batch.id] });
    assert.equal((await bench.user.send(batches.delete, { params: { number: 'DELETED' } })).status, 404);
    assert.equal((await bench.user.call(units.get, { params: { serial_number: 'SN-D' } })).batch, null);
    assert.equal((await bench.user.call(runs.get, { params: { id } })).unit.batch, null);
  });
});
