import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { weekdays, type WorkCalendar, workCalendar } from '../../../src/shared/contract/shifts.ts';
import { overlapOf, shiftAt, shiftsBetween } from '../../../src/shared/shifts/shifts.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const everyDay = [...weekdays];

const calendar = (time_zone: string, change: Partial<WorkCalendar> = {}): WorkCalendar => ({
  time_zone,
  shifts: [
    { name: 'Early', days: everyDay, from: '06:00', to: '14:00' },
    { name: 'Late', days: everyDay, from: '14:00', to: '22:00' },
    { name: 'Night', days: everyDay, from: '22:00', to: '06:00' },
  ],
  holidays: [],
  ...change,
});
const nameAt = (of: WorkCalendar, time: string): string | undefined => shiftAt(of, Date.parse(time))?.name;

describe('the shifts of a station', () => {
  it('begin at their time and end before the next one begins, across midnight', () => {
    const berlin = calendar('Europe/Berlin');
    assert.equal(nameAt(berlin, '2026-11-28T04:59:59.999Z'), 'Night');
    assert.equal(nameAt(berlin, '2026-11-28T05:00:00Z'), 'Early');
    assert.equal(nameAt(berlin, '2026-11-28T20:59:59Z'), 'Late');
    assert.equal(shiftAt(berlin, Date.parse('2026-11-28T23:30:00Z'))?.date, '2026-11-28');
  });

  it('do not take place when the day on which they begin is a holiday', () => {
    const berlin = calendar('Europe/Berlin', { holidays: [{ date: '2026-12-25' }] });
    assert.equal(nameAt(berlin, '2026-12-25T04:00:00Z'), 'Night', 'it began on the 24th');
    assert.equal(nameAt(berlin, '2026-12-25T12:00:00Z'), undefined);
    assert.equal(nameAt(berlin, '2026-12-26T03:00:00Z'), undefined, 'it would have begun on the 25th');
    assert.equal(nameAt(berlin, '2026-12-26T05:00:00Z'), 'Early');
  });

  it('are an hour shorter or longer when the clocks change in them', () => {
    const nights = (time_zone: string, from: string, to: string): number[] =>
      shiftsBetween(calendar(time_zone), Date.parse(from), Date.parse(to))
        .filter(({ name }) => name === 'Night')
        .map(({ from, to }) => (to - from) / hour);
    assert.deepEqual(nights('Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), [7, 8]);
    assert.deepEqual(nights('Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'), [9, 8]);
    // In Chile the clocks change at midnight, so that a day may begin at 01:00.
    assert.deepEqual(nights('America/Santiago', '2026-09-05T14:00:00Z', '2026-09-07T14:00:00Z'), [7, 8]);
    assert.deepEqual(nights('America/Santiago', '2026-04-04T14:00:00Z', '2026-04-06T14:00:00Z'), [9, 8]);
    assert.deepEqual(nights('UTC', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'), [8, 8]);
  });

  it('are named when they overlap, also across midnight and the end of the week', () => {
    const shifts = (...list: WorkCalendar['shifts']) => overlapOf({ shifts: list });
    assert.equal(overlapOf(calendar('UTC')), null);
    const night = { name: 'Night', days: ['sunday' as const], from: '22:00', to: '06:00' };
    assert.deepEqual(shifts(night, { name: 'Early', days: ['monday'], from: '05:59', to: '14:00' }), [
      'Night',
      'Early',
    ]);
    assert.equal(shifts(night, { name: 'Early', days: ['monday'], from: '06:00', to: '14:00' }), null);
    assert.deepEqual(shifts({ ...night, days: ['sunday', 'sunday'] }), ['Night', 'Night']);
  });

  it('are refused in a calendar with an unknown time zone, day, or time', () => {
    const refused = (change: object): boolean => !workCalendar.safeParse({ ...calendar('UTC'), ...change }).success;
    assert.ok(!refused({}));
    assert.ok(refused({ time_zone: 'Europe/Bonn' }));
    assert.ok(refused({ shifts: [{ name: 'A', days: ['Monday'], from: '06:00', to: '14:00' }] }));
    assert.ok(refused({ shifts: [{ name: 'A', days: ['monday'], from: '6:00', to: '14:00' }] }));
    assert.ok(refused({ shifts: [{ name: 'A', days: ['monday'], from: '06:00', to: '24:00' }] }));
    assert.ok(refused({ holidays: [{ date: '2026-02-30' }] }));
    assert.ok(refused({ holiday: [] }));
  });

  const zones = ['America/Santiago', 'Europe/Berlin', 'UTC'];
  /** Around changes of the clocks in these zones, and elsewhere. */
  const anchors = ['2026-03-29', '2026-10-25', '2026-04-05', '2026-09-06', '2026-06-15', '2026-12-31'];

  /** The first minute at which the clock shows this or a later time, found by reading the clock minute by minute. */
  function firstAt(wall: string, zone: string): number {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const start = Date.parse(`${wall.replace(' ', 'T')}:00Z`);
    for (let at = start - 6 * hour; ; at += minute) if (format.format(at) >= wall) return at;
  }

  const quarter = fc.integer({ min: 0, max: 95 }).map((n) => `${two(Math.floor(n / 4))}:${two((n % 4) * 15)}`);
  const two = (n: number): string => String(n).padStart(2, '0');
  const shift = fc.record({
    name: fc.constantFrom('A', 'B', 'C'),
    days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 7 }),
    from: quarter,
    to: quarter,
  });

  it('are those that a clock read minute by minute shows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...anchors),
        fc.array(shift, { minLength: 1, maxLength: 2 }),
        fc.option(fc.constantFrom(-1, 0, 1), { nil: null }),
        fc.integer({ min: -36 * 60, max: 36 * 60 }),
        (time_zone, anchor, shifts, holidayAt, minutes) => {
          const midnight = Date.parse(`${anchor}T00:00:00Z`);
          const dateAt = (n: number): string => new Date(midnight + n * day).toISOString().slice(0, 10);
          const holidays = holidayAt === null ? [] : [{ date: dateAt(holidayAt) }];
          const at = midnight + minutes * minute;
          const expected: string[] = [];
          for (let n = -4; n <= 4; n += 1) {
            const date = dateAt(n);
            const weekday = new Date(`${date}T12:00:00Z`)
              .toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
              .toLowerCase();
            for (const { name, days, from, to } of shifts) {
              if (!days.some((each) => each === weekday) || holidays.some((holiday) => holiday.date === date)) continue;
              const starts = firstAt(`${date} ${from}`, time_zone);
              const ends = firstAt(`${to > from ? date : dateAt(n + 1)} ${to}`, time_zone);
              if (starts <= at && at < ends) expected.push(`${name} ${date} ${starts} ${ends}`);
            }
          }
          const found = shiftsBetween({ time_zone, shifts, holidays }, at, at + 1);
          assert.deepEqual(
            found.map(({ name, date, from, to }) => `${name} ${date} ${from} ${to}`).sort(),
            expected.sort(),
          );
        },
      ),
      { numRuns: Number(process.env['SHIFT_ROUNDS'] ?? 60), seed: 2811 },
    );
  }).timeout(120_000);

  it('fill a week without gaps if each begins when another ends', () => {
    for (const zone of zones) {
      for (const anchor of anchors) {
        const from = Date.parse(`${anchor}T00:00:00Z`) - 3 * day;
        const week = shiftsBetween(calendar(zone), from, from + 7 * day);
        for (const [index, each] of week.entries()) {
          if (index > 0) assert.equal(each.from, week[index - 1]?.to, `${zone} ${each.date} ${each.name}`);
        }
      }
    }
  });
});
