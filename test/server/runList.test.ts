import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServer } from './bench.ts';

describe('the list of runs', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;
  let procedure: string;
  const ids = new Map<string, string>();

  before(async () => {
    procedure = await bench.procedure('Listed', 'LISTED');
    await bench.procedure('Other', 'OTHER');
    station = await bench.station('Bench', procedure);
    const push = async (serial: string, day: number, more: { part?: string; passed?: boolean; other?: boolean }) => {
      const client = more.other ? bench.user : station.client;
      const body = {
        unit_under_test: { serial_number: serial, part_number: more.part ?? 'PCBA01' },
        run_passed: more.passed ?? true,
        procedure_id: more.other ? 'OTHER' : 'LISTED',
        started_at: `2026-01-0${day}T00:00:00Z`,
      };
      ids.set(serial, (await client.call(v1.createRun, { body })).id);
    };
    await push('SN_2', 2, {});
    await push('SN-1', 1, { passed: false });
    await push('SN-3', 3, { part: 'Board', other: true });
  });

  const serials = async (query: Record<string, string | string[]>): Promise<string[]> =>
    (await bench.user.call(runs.list, { query })).data.map(({ unit }) => unit.serial_number);

  it('is sorted by start, newest first, unless asked otherwise', async () => {
    assert.deepEqual(await serials({}), ['SN-3', 'SN_2', 'SN-1']);
    assert.deepEqual(await serials({ sort_order: 'asc' }), ['SN-1', 'SN_2', 'SN-3']);
    assert.deepEqual(await serials({ sort_by: 'created_at' }), ['SN-3', 'SN-1', 'SN_2']);
  });

  it('comes in pages, whose cursor may be a float', async () => {
    const first = await bench.user.call(runs.list, { query: { limit: '2' } });
    assert.deepEqual(first.meta, { has_more: true, next_cursor: 2 });
    assert.deepEqual(await serials({ limit: '2', cursor: '2.0' }), ['SN-1']);
    assert.deepEqual(await serials({ limit: '500' }), ['SN-3', 'SN_2', 'SN-1']);
  });

  it('is filtered by outcome, procedure, station, serial number, part, id and start', async () => {
    assert.deepEqual(await serials({ outcomes: ['FAIL', 'ERROR'] }), ['SN-1']);
    assert.deepEqual(await serials({ procedure_ids: procedure }), ['SN_2', 'SN-1']);
    assert.deepEqual(await serials({ created_by_station_ids: station.id }), ['SN_2', 'SN-1']);
    assert.deepEqual(await serials({ serial_numbers: ['sn-3', 'SN-1'] }), ['SN-3', 'SN-1']);
    assert.deepEqual(await serials({ part_numbers: 'BOARD' }), ['SN-3']);
    assert.deepEqual(await serials({ ids: [ids.get('SN-1') ?? '', ids.get('SN_2') ?? ''] }), ['SN_2', 'SN-1']);
    assert.deepEqual(
      await serials({ started_after: '2026-01-02T00:00:00.000000Z', started_before: '2026-01-02T01:00:00+01:00' }),
      ['SN_2'],
    );
    assert.deepEqual(await serials({ procedure_ids: procedure, outcomes: 'PASS' }), ['SN_2']);
  });

  it('is searched by a part of the serial number or the beginning of the id', async () => {
    assert.deepEqual(await serials({ search_query: '' }), ['SN-3', 'SN_2', 'SN-1']);
    assert.deepEqual(await serials({ search_query: 'n_' }), ['SN_2']);
    assert.deepEqual(await serials({ search_query: (ids.get('SN-3') ?? '').slice(0, 8).toUpperCase() }), ['SN-3']);
    assert.deepEqual(await serials({ search_query: (ids.get('SN-3') ?? '').slice(0, 7) }), []);
  });

  it('is filtered by a part of metadata without regard to case', async () => {
    const metadata = { fixture: 'Prüfplatz Ä1' };
    await bench.user.call(runs.updateMetadata, { params: { id: ids.get('SN-3') ?? '' }, body: { metadata } });
    for (const part of ['Ä1', 'ä1', 'A\u0308', 'PRÜFPLATZ']) {
      assert.deepEqual(await serials({ metadata: JSON.stringify({ fixture: { contains: part } }) }), ['SN-3'], part);
    }
    assert.deepEqual(await serials({ metadata: '{"fixture":{"contains":"Ö"}}' }), []);
  });

  it('refuses invalid filters', async () => {
    for (const query of [{ outcomes: 'GOOD' }, { ids: 'FVT1' }, { sort_by: 'name' }, { started_after: 'yesterday' }]) {
      assert.equal((await bench.user.send(runs.list, { query })).status, 400);
    }
    assert.equal((await bench.user.send(runs.get, { params: { id: crypto.randomUUID() } })).status, 404);
  });
});
