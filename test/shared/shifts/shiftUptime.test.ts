import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { weekdays, type WorkCalendar } from '../../../src/shared/contract/shifts.ts';
import { shiftUptimes } from '../../../src/shared/shifts/shiftUptime.ts';
import { markOf } from '../../../src/shared/uptime/uptimeHistory.ts';
import { historyOf } from '../uptime/history.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const monday = Date.parse('2026-11-02T00:00:00Z');

const calendar: WorkCalendar = {
  time_zone: 'UTC',
  shifts: [
    { name: 'Early', days: weekdays.slice(0, 5), from: '06:00', to: '14:00' },
    { name: 'Late', days: weekdays.slice(0, 5), from: '14:00', to: '22:00' },
    { name: 'Night', days: ['monday'], from: '22:00', to: '06:00' },
  ],
  holidays: [{ date: '2026-11-04' }],
};

const mark = (at: number, isUp: boolean): number => markOf({ at: monday + at, isUp });

describe('uptime by shift', () => {
  it('counts incidents in the shift in which they began, and ends at now', () => {
    const history = historyOf({
      marks: [
        mark(0, true),
        mark(5 * hour, false), // before the first shift, until an hour into it
        mark(7 * hour, true),
        mark(13.5 * hour, false), // from the early shift into the late one
        mark(15 * hour, true),
      ],
      observers: [{ from: monday, to: monday + 3 * day }],
      pauses: [],
      now: monday + day + 8 * hour,
    });
    const runs = [
      { from: monday + 13 * hour, to: monday + 14.5 * hour },
      { from: monday + 23 * hour, to: monday + day + 7 * hour },
    ];
    const found = shiftUptimes(calendar, history, runs, { from: monday, to: monday + 7 * day });
    assert.deepEqual(
      found.map(({ name, planned, durations: { up, down, incidents }, in_runs }) =>
        [name, planned, up, down, in_runs]
          .map((value) => (typeof value === 'number' ? value / hour : value))
          .concat(incidents),
      ),
      [
        ['Early', 10, 8.5, 1.5, 2, 1],
        ['Late', 8, 7, 1, 0.5, 0],
        ['Night', 8, 8, 0, 7, 0],
      ],
    );
    const others = { ...calendar, shifts: calendar.shifts.toReversed() };
    assert.deepEqual(
      shiftUptimes(others, history, runs, { from: monday, to: monday + 7 * day }),
      found.toReversed(),
      'in the order of the calendar',
    );
  });

  it('agrees with looking at every minute', () => {
    let seed = 20261128;
    const random = (most: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * most);
    };
    for (let round = 0; round < 30; round += 1) {
      const times = [...new Set(Array.from({ length: 40 }, () => random(7 * 24 * 60)))].sort((a, b) => a - b);
      const marks = [mark(0, true), ...times.map((at, index) => mark((at + 1) * minute, index % 2 === 1))];
      const now = random(7 * 24 * 60);
      const history = historyOf({
        marks,
        observers: [{ from: monday, to: monday + 7 * day }],
        pauses: [],
        now: monday + now * minute,
      });
      const [begin, length] = [random(7 * 24 * 60), random(600)];
      const runs = [{ from: monday + begin * minute, to: monday + (begin + length) * minute }];
      const expected = new Map<string, { up: number; planned: number; runs: number }>();
      for (let at = 0; at < now; at += 1) {
        const clock = new Date(monday + at * minute);
        const name = shiftAtMinute(clock.getUTCDay(), clock.getUTCHours(), clock.getUTCDate());
        if (name === null) continue;
        const sums = expected.get(name) ?? { up: 0, planned: 0, runs: 0 };
        const isUp = times.filter((time) => time + 1 <= at).length % 2 === 0;
        sums.planned += 1;
        if (isUp) sums.up += 1;
        if (at >= begin && at < begin + length) sums.runs += 1;
        expected.set(name, sums);
      }
      const found = shiftUptimes(calendar, history, runs, { from: monday, to: monday + 7 * day });
      assert.deepEqual(
        Object.fromEntries(
          found.map(({ name, planned, durations, in_runs }) => [
            name,
            { up: durations.up / minute, planned: planned / minute, runs: in_runs / minute },
          ]),
        ),
        Object.fromEntries(expected),
      );
    }
  });
});

/** What the calendar says, written another way. Wednesday is a holiday. */
function shiftAtMinute(weekday: number, hours: number, date: number): string | null {
  if (weekday === 2 && hours < 6) return 'Night';
  if (weekday === 1 && hours >= 22) return 'Night';
  if (weekday === 0 || weekday === 6 || date === 4) return null;
  return hours < 6 || hours >= 22 ? null : hours < 14 ? 'Early' : 'Late';
}
