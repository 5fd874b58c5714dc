import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import type { Outcome } from '../../src/contract/common.ts';
import { local } from '../../src/contract/local.ts';
import { overview } from '../../src/contract/overview.ts';
import { runs } from '../../src/contract/runs.ts';
import { type TestStation, useServer } from './bench.ts';
import { runAt } from './runs.ts';

const day = 24 * 60 * 60 * 1000;

describe('the overview of a station', function () {
  this.timeout(60_000);
  const bench = useServer();
  const read = (id: string) => bench.user.call(overview.get, { params: { id } });

  /** A run that began so many days ago. */
  const run = (station: TestStation, procedure: string, serial: string, outcome: Outcome, daysAgo: number) =>
    station.client.call(runs.create, { body: runAt(procedure, serial, outcome, Date.now() - daysAgo * day) });

  it('tells its key but not the whole of it, and that it was never seen', async () => {
    const { id, key } = await bench.station('New');
    const seen = await read(id);
    assert.deepEqual([seen.state, seen.last_seen_at, seen.week], ['never', null, []]);
    assert.ok(seen.key && key.startsWith(seen.key.prefix) && seen.key.prefix.length < 20);
    assert.equal(seen.key.last_used_at, null);
    assert.ok(Math.abs(Date.parse(seen.key.created_at) - Date.now()) < day);
    await bench.user.call(local.deleteKey, { params: { id } });
    assert.equal((await read(id)).key, null);
  });

  it('claims no more than it knows of a station that was seen', async () => {
    const { id, client } = await bench.station('Seen');
    await client.call(runs.list);
    const seen = await read(id);
    assert.equal(seen.state, 'unknown');
    assert.ok(seen.last_seen_at !== null && seen.last_seen_at === seen.key?.last_used_at);
  });

  it('counts the runs of the last 7 days, and the units that passed the first time', async () => {
    const fvt = await bench.procedure('Functional test', 'FVT1');
    const eol = await bench.procedure('End of line');
    const station = await bench.station('Busy', fvt, eol);
    const other = await bench.station('Other', fvt);
    await run(station, fvt, 'SN-OLD', 'FAIL', 9); // its run of this week is not its first
    await run(station, fvt, 'SN-OLD', 'PASS', 2);
    await run(other, fvt, 'SN-MOVED', 'FAIL', 3); // it was first tested elsewhere
    await run(station, fvt, 'SN-MOVED', 'PASS', 2);
    await run(station, fvt, 'SN-1', 'PASS', 1);
    await run(station, fvt, 'SN-2', 'FAIL', 1);
    await run(station, fvt, 'SN-2', 'PASS', 0.5);
    await run(station, fvt, 'SN-3', 'PASS', 6.9);
    await run(station, eol, 'SN-OLD', 'ERROR', 1); // another procedure counts by itself
    const { week } = await read(station.id);
    assert.deepEqual(
      new Map(week.map((each) => [each.procedure_id, each])),
      new Map([
        [fvt, { procedure_id: fvt, runs: 6, first_runs: 3, first_passes: 2 }],
        [eol, { procedure_id: eol, runs: 1, first_runs: 1, first_passes: 0 }],
      ]),
    );
    await bench.user.call(runs.delete, {
      query: {
        ids: (await bench.user.call(runs.list, { query: { serial_numbers: 'SN-3' } })).data.map(({ id }) => id),
      },
    });
    assert.equal((await read(station.id)).week.find(({ procedure_id }) => procedure_id === fvt)?.first_runs, 2);
  });

  it('is listed by pages, by a part of the name, and by procedure', async () => {
    const procedure = await bench.procedure('Listed');
    const linked = await bench.station('Listed 1', procedure);
    await bench.station('Listed 2');
    const first = await bench.user.call(overview.list, { query: { search_query: 'listed', limit: '1' } });
    assert.deepEqual([first.data[0]?.name, first.meta], ['Listed 1', { has_more: true, next_cursor: 1 }]);
    const second = await bench.user.call(overview.list, { query: { search_query: 'LISTED', cursor: '1' } });
    assert.deepEqual(
      second.data.map(({ name }) => name),
      ['Listed 2'],
    );
    const { data } = await bench.user.call(overview.list, { query: { procedure_ids: procedure } });
    assert.deepEqual(data, [
      {
        id: linked.id,
        name: 'Listed 1',
        procedures: [{ id: procedure, identifier: null, name: 'Listed' }],
        state: 'never',
        state_since: null,
        operator_address: null,
        last_seen_at: null,
        key: data[0]?.key,
      },
    ]);
  });

  it('is refused for a station that is not there', async () => {
    assert.equal((await bench.user.send(overview.get, { params: { id: randomUUID() } })).status, 404);
  });
});
