import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { parts } from '../../src/shared/contract/parts.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServer } from './bench.ts';

describe('the list of units', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;
  let alpha: string;
  let beta: string;
  let lastRun: string;

  before(async () => {
    alpha = await bench.procedure('Alpha', 'ALPHA');
    beta = await bench.procedure('beta', 'BETA');
    station = await bench.station('Bench', alpha, beta);
    const push = async (serial_number: string, day: number, passed: boolean, procedure_id: string, more: object = {}) =>
      (
        await station.client.call(v1.createRun, {
          body: {
            unit_under_test: { serial_number, part_number: 'PCBA01', ...more },
            run_passed: passed,
            procedure_id,
            started_at: `2026-01-0${day}T00:00:00Z`,
          },
        })
      ).id;
    await push('U-3', 3, false, 'BETA', { part_number: 'Board', revision: 'R9' });
    lastRun = await push('U-1', 5, true, 'ALPHA', { batch_number: 'Lot-1' });
    await push('U-1', 1, false, 'BETA');
    await push('U-2', 2, true, 'ALPHA');
    await bench.user.call(parts.create, { body: { number: 'PCBA03', name: 'Naked' } });
    const made = { serial_number: 'u-0', part_number: 'PCBA03', revision_number: 'A' };
    await bench.user.call(units.create, { body: { ...made, sample: 'golden', metadata: { site: 'Ulm' } } });
    await bench.user.call(units.addChild, {
      params: { serial_number: 'U-1' },
      body: { child_serial_number: 'U-2' },
    });
  });

  const list = (query: Record<string, string | string[]>) => bench.user.call(units.list, { query });
  const serials = async (query: Record<string, string | string[]>) =>
    (await list({ sort_by: 'serial_number', sort_order: 'asc', ...query })).data.map((unit) => unit.serial_number);

  it('shows part, batch, parent, children and last run of each unit', async () => {
    const [first, second] = (
      await list({ serial_numbers: ['u-1', 'U-2'], sort_by: 'serial_number', sort_order: 'asc' })
    ).data;
    assert.deepEqual(
      [first?.batch?.number, first?.children.map(({ serial_number }) => serial_number), first?.last_run],
      [
        'Lot-1',
        ['U-2'],
        {
          id: lastRun,
          outcome: 'PASS',
          started_at: '2026-01-05T00:00:00.000Z',
          ended_at: '2026-01-05T00:00:00.000Z',
          procedure: { id: alpha, name: 'Alpha' },
        },
      ],
    );
    assert.equal(second?.parent?.serial_number, 'U-1');
    assert.deepEqual([second.created_by_station?.id, second.created_by_user], [station.id, null]);
    assert.equal(second.metadata, undefined);
    const [naked] = (await list({ serial_numbers: 'U-0', include_metadata: 'true' })).data;
    assert.deepEqual([naked?.last_run, naked?.sample, naked?.metadata], [null, 'golden', { site: 'Ulm' }]);
  });

  it('is sorted, newest first unless asked otherwise', async () => {
    const sorted = async (sort_by: string, sort_order: string) =>
      (await list({ sort_by, sort_order })).data.map((unit) => unit.serial_number).join(' ');
    assert.equal((await list({})).data.map((unit) => unit.serial_number).join(' '), 'u-0 U-2 U-1 U-3');
    assert.equal(await sorted('created_at', 'asc'), 'U-3 U-1 U-2 u-0');
    assert.equal(await sorted('serial_number', 'desc'), 'U-3 U-2 U-1 u-0');
    assert.equal(await sorted('last_run_at', 'desc'), 'U-1 U-3 U-2 u-0');
    assert.equal(await sorted('part_number', 'asc'), 'U-3 U-1 U-2 u-0');
    assert.equal(await sorted('last_run_procedure', 'desc'), 'U-3 U-2 U-1 u-0');
  });

  it('comes in pages', async () => {
    const first = await list({ limit: '3', sort_by: 'serial_number', sort_order: 'asc' });
    assert.deepEqual(first.meta, { has_more: true, next_cursor: 3 });
    assert.deepEqual(await serials({ limit: '3', cursor: '3' }), ['U-3']);
  });

  it('is filtered by the fields of units', async () => {
    const { data } = await list({ serial_numbers: ['U-2', 'u-3'] });
    assert.deepEqual(await serials({ ids: data.map(({ id }) => id.toUpperCase()) }), ['U-2', 'U-3']);
    assert.deepEqual(await serials({ part_numbers: ['BOARD', 'pcba03'] }), ['u-0', 'U-3']);
    assert.deepEqual(await serials({ revision_numbers: 'r9' }), ['U-3']);
    assert.deepEqual(await serials({ batch_numbers: 'LOT-1' }), ['U-1']);
    assert.deepEqual(await serials({ created_by_station_ids: station.id }), ['U-1', 'U-2', 'U-3']);
    const [naked] = (await list({ serial_numbers: 'U-0' })).data;
    assert.deepEqual(await serials({ created_by_user_ids: naked?.created_by_user?.id ?? '' }), ['u-0']);
    assert.deepEqual(await serials({ exclude_units_with_parent: 'true' }), ['u-0', 'U-1', 'U-3']);
    assert.deepEqual(await serials({ samples: 'golden' }), ['u-0']);
    assert.deepEqual(await serials({ samples: ['production', 'failing'] }), ['U-1', 'U-2', 'U-3']);
    assert.deepEqual(await serials({ metadata: '{"site":{"in":["Ulm"]}}' }), ['u-0']);
    assert.deepEqual(await serials({ metadata: '{"site":{"contains":"UL"}}' }), ['u-0']);
    assert.deepEqual(await serials({ created_after: '2200-01-01T00:00:00.000000Z' }), []);
    assert.equal((await serials({ created_before: '2200-01-01T00:00:00Z' })).length, 4);
  });

  it('is filtered by the runs of units', async () => {
    assert.deepEqual(await serials({ procedure_ids: beta }), ['U-1', 'U-3']);
    assert.deepEqual(await serials({ procedure_ids: beta, latest_only: 'true' }), ['U-3']);
    assert.deepEqual(await serials({ outcomes: 'FAIL' }), ['U-1', 'U-3']);
    assert.deepEqual(await serials({ outcomes: ['FAIL'], latest_only: 'true' }), ['U-3']);
    assert.deepEqual(await serials({ outcomes: 'PASS', procedure_ids: beta }), []);
    assert.deepEqual(await serials({ latest_only: 'true' }), ['u-0', 'U-1', 'U-2', 'U-3']);
    assert.deepEqual(await serials({ started_after: '2026-01-01T00:00:00Z', started_before: '2026-01-02T00:00:00Z' }), [
      'U-1',
      'U-2',
    ]);
    assert.deepEqual(await serials({ run_count_min: '2' }), ['U-1']);
    assert.deepEqual(await serials({ run_count_min: '1', run_count_max: '1' }), ['U-2', 'U-3']);
    assert.deepEqual(await serials({ run_count_max: '0' }), ['u-0']);
  });

  it('is searched by serial number, part and revision', async () => {
    assert.deepEqual(await serials({ search_query: '' }), ['u-0', 'U-1', 'U-2', 'U-3']);
    assert.deepEqual(await serials({ search_query: 'u-2' }), ['U-2']);
    assert.deepEqual(await serials({ search_query: 'OARD' }), ['U-3']);
    assert.deepEqual(await serials({ search_query: 'naked' }), ['u-0']);
    assert.deepEqual(await serials({ search_query: 'r9' }), ['U-3']);
    assert.deepEqual(await serials({ search_query: 'U_' }), []);
  });

  it('refuses invalid filters', async () => {
    for (const query of [
      { ids: 'U-1' },
      { outcomes: 'GOOD' },
      { samples: 'silver' },
      { run_count_min: '-1' },
      { latest_only: 'perhaps' },
      { sort_by: 'batch' },
      { started_after: 'yesterday' },
      { metadata: '{"a":{"in":"x"}}' },
    ]) {
      assert.equal((await bench.user.send(units.list, { query })).status, 400, JSON.stringify(query));
    }
  });

  it('is updated when the last run of a unit is deleted', async () => {
    await bench.user.call(runs.delete, { query: { ids: lastRun } });
    const [unit] = (await list({ serial_numbers: 'U-1' })).data;
    assert.deepEqual([unit?.last_run?.started_at, unit?.last_run?.outcome], ['2026-01-01T00:00:00.000Z', 'FAIL']);
    assert.deepEqual(await serials({ run_count_min: '2' }), []);
  });
});
