import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { analytics } from '../../src/shared/contract/analytics.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { shifts, weekdays, type WorkCalendar } from '../../src/shared/contract/shifts.ts';
import { useServer } from './bench.ts';
import { runAt } from './runs.ts';

const workdays = weekdays.slice(0, 5);
const calendarIn = (time_zone: string): WorkCalendar => ({
  time_zone,
  shifts: [
    { name: 'Early', days: workdays, from: '06:00', to: '14:00' },
    { name: 'Late', days: workdays, from: '14:00', to: '22:00' },
    { name: 'Night', days: workdays, from: '22:00', to: '06:00' },
  ],
  holidays: [],
});

/** Returns the shift by the clock on the wall, without the product's calendar. */
function shiftByWallClock(timeZone: string, at: number): string | null {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' })
    .formatToParts(at)
    .map(({ type, value }) => [type, value] as const);
  const { weekday = '', hour = '' } = Object.fromEntries(parts) as Record<string, string>;
  const isWorkday = (name: string): boolean => name !== 'Sat' && name !== 'Sun';
  const yesterday: Record<string, string> = { Mon: 'Sun', Sun: 'Sat', Sat: 'Fri' };
  if (Number(hour) < 6) return isWorkday(yesterday[weekday] ?? 'Mon') ? 'Night' : null;
  if (!isWorkday(weekday)) return null;
  return Number(hour) < 14 ? 'Early' : Number(hour) < 22 ? 'Late' : 'Night';
}

describe('statistics by shift', function () {
  this.timeout(60_000);
  const bench = useServer(['--time-zone', 'America/Santiago']);

  it('count each run in the shift of its station in which it started, also over midnight and a change of clocks', async () => {
    const procedure = await bench.procedure('Shifts');
    const zones = [
      ['Bench 1', 'Europe/Berlin'] as const,
      ['Bench 2', 'Asia/Kolkata'] as const,
      ['Bench 3', null] as const,
    ];
    const expected = new Map<string, number[]>();
    // The clocks of Berlin go back on 25 October 2026.
    const start = Date.parse('2026-10-22T00:10:00Z');
    let value = 0;
    for (const [name, zone] of zones) {
      const station = await bench.station(name, procedure);
      if (zone !== null) {
        const input = { params: { id: station.id }, body: { calendar: calendarIn(zone) } };
        await bench.user.call(shifts.setCalendar, input);
      }
      for (let hours = 0; hours < 6 * 24; hours += 3) {
        const at = start + hours * 3_600_000;
        const shift = (zone === null ? null : shiftByWallClock(zone, at)) ?? '';
        expected.set(shift, [...(expected.get(shift) ?? []), value]);
        const time = new Date(at).toISOString();
        const measurements = [{ name: 'voltage', outcome: 'PASS', measured_value: value, lower_limit: 0 }];
        await station.client.call(runs.create, {
          body: {
            ...runAt(procedure, `S${value}`, 'PASS', at),
            phases: [{ name: 'power', outcome: 'PASS', started_at: time, ended_at: time, measurements }],
          },
        });
        value += 1;
      }
    }
    const params = { id: procedure };
    const measurement = { phase_name: 'power', measurement_name: 'voltage' };
    const { groups } = await bench.user.call(analytics.procedure, { params, query: { split_by: 'shift' } });
    assert.deepEqual(
      groups.map(({ id, name, runs: count }) => [id, name, count]),
      ['', 'Early', 'Late', 'Night'].map((name) => [name || null, name, expected.get(name)?.length]),
    );
    const split = await bench.user.call(analytics.measurement, {
      params,
      query: { ...measurement, split_by: 'shift' },
    });
    for (const { id, count, mean } of split.groups) {
      const values = expected.get(id ?? '') ?? [];
      assert.equal(count, values.length);
      assert.ok(Math.abs((mean ?? NaN) - values.reduce((sum, each) => sum + each, 0) / values.length) < 1e-9);
    }
    for (const wanted of [['Night'], ['Early', 'Late']]) {
      const values = wanted.flatMap((name) => expected.get(name) ?? []).sort((a, b) => a - b);
      const query = { shifts: wanted };
      const ofShift = await bench.user.call(analytics.procedure, { params, query });
      assert.equal(ofShift.runs, values.length);
      const listed = await bench.user.call(analytics.values, { params, query: { ...query, ...measurement } });
      assert.deepEqual(
        listed.values.toSorted((a, b) => a - b),
        values,
      );
      const [summary] = (await bench.user.call(analytics.measurements, { params, query })).measurements;
      assert.equal(summary?.count, values.length);
    }
  });
});
