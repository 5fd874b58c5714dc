import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { shifts, weekdays, type WorkCalendar } from '../../src/shared/contract/shifts.ts';
import { units } from '../../src/shared/contract/units.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { adminKey, type TestStation, useServer } from './bench.ts';
import { listenTo } from './eventClient.ts';
import { runAt } from './runs.ts';

const minute = 60_000;

/** A calendar in UTC with one shift that began so many minutes ago and lasts 24 hours less a minute. */
function shiftSince(minutesAgo: number): WorkCalendar {
  const time = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const from = Date.now() - minutesAgo * minute;
  return {
    time_zone: 'UTC',
    shifts: [{ name: 'Late', days: [...weekdays], from: time(from), to: time(from - minute) }],
    holidays: [],
  };
}

describe('the shifts of stations', function () {
  this.timeout(60_000);
  const bench = useServer();
  const set = ({ id }: TestStation, calendar: unknown) =>
    bench.user.send(shifts.setCalendar, { params: { id }, body: { calendar } });
  const counters = async ({ id, client }: TestStation) =>
    (await client.call(operator.state, { params: { id } })).board?.counters;
  const push = (station: TestStation, procedure: string, serial: string, outcome: Outcome, minutesAgo: number) =>
    station.client.call(runs.create, { body: runAt(procedure, serial, outcome, Date.now() - minutesAgo * minute) });

  it('are stored, reported as a change, and refused when they overlap', async () => {
    const station = await bench.station('Stored');
    const events = await listenTo(bench.server.url, adminKey);
    assert.equal((await events.next())?.event, 'hello');
    const calendar = shiftSince(60);
    assert.equal((await set(station, calendar)).status, 200);
    const stored = await station.client.call(shifts.getCalendar, { params: { id: station.id } });
    assert.deepEqual(stored.calendar, calendar);
    const twice = await set(station, { ...calendar, shifts: [...calendar.shifts, ...calendar.shifts] });
    assert.equal(twice.status, 400);
    assert.match(twice.text, /at the same time/);
    assert.equal((await set(station, { ...calendar, time_zone: 'Mars/Base' })).status, 400);
    assert.equal((await set(station, null)).status, 200);
    assert.deepEqual(await events.kinds(2), ['station.updated', 'station.updated']);
    assert.equal((await station.client.call(shifts.getCalendar, { params: { id: station.id } })).calendar, null);
    await events.close();
  });

  it('divide the uptime of a station', async () => {
    const procedure = await bench.procedure('Divided', 'DIV');
    const station = await bench.station('Divided', procedure);
    const read = async () => (await bench.user.call(uptime.station, { params: { id: station.id } })).shifts;
    assert.deepEqual(await read(), []);
    await set(station, shiftSince(120));
    await station.client.call(runs.create, {
      body: runAt(procedure, 'A', 'PASS', Date.now() - 60 * minute, 6 * minute),
    });
    const [late, ...others] = await read();
    assert.deepEqual([late?.name, late?.in_runs, others], ['Late', 6 * minute, []]);
    assert.ok(late !== undefined && late.planned > 80 * 24 * 60 * minute, `${late?.planned} ms are planned`);
    const { none, unknown } = late.durations;
    assert.equal(none + unknown, late.planned);
  });

  it('count the units of the current shift without reference units and earlier ones, and name the last failure', async () => {
    const fvt = await bench.procedure('Counted', 'CNT');
    const station = await bench.station('Counting', fvt);
    await set(station, shiftSince(30));
    await push(station, fvt, 'OLD', 'FAIL', 45);
    await push(station, fvt, 'A', 'FAIL', 20);
    await push(station, fvt, 'A', 'PASS', 19);
    await push(station, fvt, 'B', 'PASS', 18);
    const { id } = await station.client.call(runs.create, {
      body: {
        ...runAt(fvt, 'C', 'FAIL', Date.now() - 17 * minute),
        phases: [
          {
            name: 'Power',
            outcome: 'FAIL',
            started_at: new Date(Date.now() - 17 * minute).toISOString(),
            ended_at: new Date(Date.now() - 16 * minute).toISOString(),
            measurements: [
              { name: 'fine', outcome: 'PASS', measured_value: 1 },
              { name: 'ripple', outcome: 'FAIL', measured_value: 0.8, units: 'V', lower_limit: 0, upper_limit: 0.5 },
            ],
          },
        ],
      },
    });
    await station.client.call(runs.create, {
      body: { ...runAt(fvt, 'GOLD', 'FAIL', Date.now() - 10 * minute), operated_by: 'Ana@example.com' },
    });
    await bench.user.call(units.update, { params: { serial_number: 'GOLD' }, body: { sample: 'golden' } });
    const found = await counters(station);
    assert.equal(found?.shift?.name, 'Late');
    assert.deepEqual([found.yield.units, found.yield.passed_first, found.yield.passed_last], [3, 1, 2]);
    assert.deepEqual([found.last_run?.serial_number, found.last_run?.operator], ['GOLD', 'ana@example.com']);
    assert.equal(found.last_failure?.run_id, id);
    assert.deepEqual([found.last_failure.serial_number, found.last_failure.phase_name], ['C', 'Power']);
    assert.deepEqual(found.last_failure.measurement, { name: 'ripple', value: 0.8, units: 'V', lower: 0, upper: 0.5 });
  });

  it('name the runs that ended last if several units are tested at the same time', async () => {
    const fvt = await bench.procedure('Slots');
    const station = await bench.station('Slots', fvt);
    await set(station, shiftSince(30));
    const pushLasting = (serial: string, minutesAgo: number, minutes: number) =>
      station.client.call(runs.create, {
        body: runAt(fvt, serial, 'FAIL', Date.now() - minutesAgo * minute, minutes * minute),
      });
    await pushLasting('SHORT', 15, 2);
    await pushLasting('LONG', 20, 12);
    await pushLasting('SHORTER', 14, 1);
    const found = await counters(station);
    assert.equal(found?.last_failure?.serial_number, 'LONG');
    assert.equal(found.last_run?.serial_number, 'LONG');
  });

  it('count a run of today that started later by the clock of its station than it is now', async () => {
    const fvt = await bench.procedure('Ahead');
    const station = await bench.station('Ahead', fvt);
    const twoSeconds = 2 / 60;
    await push(station, fvt, 'A', 'FAIL', -twoSeconds);
    const found = await counters(station);
    assert.equal(found?.yield.units, 1);
    assert.equal(found.last_failure?.serial_number, 'A');
  });

  it('are replaced by the day of the server if there are none now', async () => {
    const station = await bench.station('Without');
    const without = await counters(station);
    assert.deepEqual([without?.shift, without?.has_calendar, without?.yield.units], [null, false, 0]);
    await set(station, { time_zone: 'UTC', shifts: [], holidays: [] });
    const empty = await counters(station);
    assert.deepEqual([empty?.shift, empty?.has_calendar], [null, true]);
  });
});
