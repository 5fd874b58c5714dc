import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { until } from '../e2e/support/until.ts';
import { type TestStation, useServer } from './bench.ts';
import { runAt } from './runs.ts';

const day = 24 * 60 * 60 * 1000;
/** Not that of the machine. */
const zone = 'Pacific/Kiritimati';

describe('the overview of a station', function () {
  this.timeout(60_000);
  const bench = useServer(['--time-zone', zone]);
  const read = (id: string) => bench.user.call(overview.get, { params: { id } });

  /** A run that began so many days ago at this hour in the server's time zone. */
  const run = (
    station: TestStation,
    procedure: string,
    serial: string,
    outcome: Outcome,
    daysAgo: number,
    atHour = 12,
  ) => {
    const { edges } = new Calendar(zone).days(Date.now(), daysAgo + 1);
    const began = (edges[0] ?? 0) + atHour * 3_600_000;
    return station.client.call(runs.create, { body: runAt(procedure, serial, outcome, began) });
  };

  it('shows the prefix of its key and that it was never seen', async () => {
    const { id, key } = await bench.station('New');
    const seen = await read(id);
    assert.deepEqual([seen.state, seen.last_seen_at, seen.week], ['never', null, []]);
    assert.ok(seen.key && key.startsWith(seen.key.prefix) && seen.key.prefix.length < 20);
    assert.equal(seen.key.last_used_at, null);
    assert.ok(Math.abs(Date.parse(seen.key.created_at) - Date.now()) < day);
    await bench.user.call(local.deleteKey, { params: { id } });
    assert.equal((await read(id)).key, null);
  });

  it('shows an unknown state for a station that was seen but is not watched', async () => {
    const { id, client } = await bench.station('Seen');
    await client.call(runs.list);
    const seen = await until(async () => {
      const found = await read(id);
      return found.key?.last_used_at != null && found;
    });
    assert.equal(seen.state, 'unknown');
    assert.ok(seen.last_seen_at !== null && seen.last_seen_at === seen.key?.last_used_at);
  });

  it('counts the runs of the last 7 days, and the units that passed by each attempt of a day', async () => {
    const fvt = await bench.procedure('Functional test', 'FVT1');
    const eol = await bench.procedure('End of line');
    const station = await bench.station('Busy', fvt, eol);
    const other = await bench.station('Other', fvt);
    await run(station, fvt, 'SN-OLD', 'FAIL', 9); // before these days
    await run(station, fvt, 'SN-OLD', 'PASS', 2);
    await run(other, fvt, 'SN-MOVED', 'FAIL', 2, 1); // its first attempt of the day was elsewhere
    await run(station, fvt, 'SN-MOVED', 'PASS', 2, 2);
    await run(station, fvt, 'SN-1', 'ABORTED', 1, 1);
    await run(station, fvt, 'SN-1', 'PASS', 1, 2);
    await run(station, fvt, 'SN-1', 'FAIL', 1, 3);
    await run(station, fvt, 'SN-2', 'FAIL', 1, 1);
    await run(station, fvt, 'SN-2', 'TIMEOUT', 1, 2);
    await run(station, fvt, 'SN-2', 'PASS', 1, 3);
    await run(station, fvt, 'SN-3', 'PASS', 5);
    await run(station, eol, 'SN-OLD', 'ERROR', 1); // another procedure counts by itself
    const { week, time_zone } = await read(station.id);
    assert.equal(time_zone, zone);
    assert.deepEqual(
      new Map(week.map(({ procedure_id, ...figures }) => [procedure_id, figures])),
      new Map([
        [fvt, { runs: 9, yield: { units: 4, passed_first: 3, passed_second: 3, passed_third: 4, passed_last: 4 } }],
        [eol, { runs: 1, yield: { units: 1, passed_first: 0, passed_second: 0, passed_third: 0, passed_last: 0 } }],
      ]),
    );
    await bench.user.call(runs.delete, {
      query: {
        ids: (await bench.user.call(runs.list, { query: { serial_numbers: 'SN-3' } })).data.map(({ id }) => id),
      },
    });
    assert.equal((await read(station.id)).week.find(({ procedure_id }) => procedure_id === fvt)?.yield.units, 3);
  });

  it('leaves out reference units, and has no yield if all runs were aborted', async () => {
    const procedure = await bench.procedure('Marked');
    const station = await bench.station('Marked', procedure);
    const unitsCounted = async () => (await read(station.id)).week.map(({ runs, yield: { units } }) => [runs, units]);
    await run(station, procedure, 'SN-ABORTED', 'ABORTED', 1);
    assert.deepEqual(await unitsCounted(), [[1, 0]]);
    await run(station, procedure, 'SN-GOLD', 'PASS', 1);
    assert.deepEqual(await unitsCounted(), [[2, 1]]);
    for (const sample of ['golden', 'failing', 'ignored'] as const) {
      await bench.user.call(units.update, { params: { serial_number: 'SN-GOLD' }, body: { sample } });
      assert.deepEqual(await unitsCounted(), [[2, 0]], sample);
    }
    await bench.user.call(units.update, { params: { serial_number: 'SN-GOLD' }, body: { sample: null } });
    assert.deepEqual(await unitsCounted(), [[2, 1]]);
  });

  it('is listed in pages and filtered by name and procedure', async () => {
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
        group: null,
        procedures: [{ id: procedure, identifier: null, name: 'Listed' }],
        state: 'never',
        state_since: null,
        pauses: [],
        operator_address: null,
        last_seen_at: null,
        key: data[0]?.key,
        use: null,
      },
    ]);
  });

  it('is refused for an unknown station', async () => {
    assert.equal((await bench.user.send(overview.get, { params: { id: randomUUID() } })).status, 404);
  });
});
