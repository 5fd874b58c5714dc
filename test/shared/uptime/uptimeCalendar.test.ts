import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Calendar } from '../../../src/shared/uptime/uptimeCalendar.ts';

const hour = 3_600_000;
/** Hours of the days around a date. */
const hours = (zone: string, noon: string, count: number): number[] => {
  const { edges } = new Calendar(zone).days(Date.parse(noon), count);
  return edges.slice(1).map((edge, n) => (edge - (edges[n] ?? NaN)) / hour);
};

describe('the calendar of a time zone', () => {
  it('has days of 23 and 25 hours where the clocks change, in both hemispheres', () => {
    assert.deepEqual(hours('Europe/Berlin', '2026-03-30T10:00:00Z', 3), [24, 23, 24]);
    assert.deepEqual(hours('Europe/Berlin', '2026-10-26T10:00:00Z', 3), [24, 25, 24]);
    assert.deepEqual(hours('Australia/Sydney', '2026-04-06T02:00:00Z', 3), [24, 25, 24]);
    assert.deepEqual(hours('Australia/Sydney', '2026-10-05T02:00:00Z', 3), [24, 23, 24]);
    assert.deepEqual(hours('Australia/Lord_Howe', '2026-10-05T02:00:00Z', 3), [24, 23.5, 24]);
    assert.deepEqual(hours('Africa/Casablanca', '2026-02-16T12:00:00Z', 3), [24, 25, 24]);
    assert.deepEqual(hours('UTC', '2026-03-30T10:00:00Z', 3), [24, 24, 24]);
  });

  it('begins a day at 01:00 where the clocks go forward at midnight', () => {
    const santiago = new Calendar('America/Santiago');
    assert.equal(new Date(santiago.startOf('2025-09-07')).toISOString(), '2025-09-07T04:00:00.000Z');
    assert.deepEqual(hours('America/Santiago', '2025-09-08T15:00:00Z', 3), [24, 23, 24]);
    const beirut = new Calendar('Asia/Beirut');
    assert.equal(new Date(beirut.startOf('2026-03-29')).toISOString(), '2026-03-28T22:00:00.000Z');
  });

  it('ends a day after its second midnight hour where the clocks go back at midnight', () => {
    assert.deepEqual(hours('America/Santiago', '2025-04-07T15:00:00Z', 4), [24, 25, 24, 24]);
    assert.deepEqual(hours('Asia/Beirut', '2025-10-27T10:00:00Z', 3), [25, 24, 24]);
    assert.deepEqual(hours('America/Havana', '2025-11-03T15:00:00Z', 3), [24, 25, 24]);
  });

  it('finds the first instant of a time of day, which is the change of the clocks if they skip it', () => {
    const berlin = (date: string, minutes: number): string =>
      new Date(new Calendar('Europe/Berlin').instantOf(date, minutes)).toISOString();
    assert.equal(berlin('2026-03-28', 6 * 60 + 15), '2026-03-28T05:15:00.000Z');
    assert.equal(berlin('2026-03-29', 2 * 60 + 30), '2026-03-29T01:00:00.000Z');
    assert.equal(berlin('2026-03-29', 6 * 60), '2026-03-29T04:00:00.000Z');
    assert.equal(berlin('2026-10-25', 2 * 60 + 30), '2026-10-25T00:30:00.000Z');
    assert.equal(berlin('2026-10-25', 24 * 60), '2026-10-25T23:00:00.000Z');
  });

  it('knows offsets of parts of an hour', () => {
    const starts = (zone: string) => new Date(new Calendar(zone).startOf('2026-06-01')).toISOString();
    assert.equal(starts('Asia/Kolkata'), '2026-05-31T18:30:00.000Z');
    assert.equal(starts('Asia/Kathmandu'), '2026-05-31T18:15:00.000Z');
    assert.equal(starts('America/St_Johns'), '2026-06-01T02:30:00.000Z');
    assert.equal(starts('Pacific/Kiritimati'), '2026-05-31T10:00:00.000Z');
    assert.equal(starts('Etc/GMT+12'), '2026-06-01T12:00:00.000Z');
    const monrovia = new Calendar('Africa/Monrovia').startOf('1971-06-01');
    assert.equal(new Date(monrovia).toISOString(), '1971-06-01T00:44:30.000Z');
  });

  it('begins a day where the clocks jump over its midnight', () => {
    // From 23:30 to 00:30.
    const toronto = new Calendar('America/Toronto').startOf('1919-03-31');
    assert.equal(new Date(toronto).toISOString(), '1919-03-31T04:30:00.000Z');
  });

  it('has a day of no length where the zone skipped a date', () => {
    assert.deepEqual(hours('Pacific/Apia', '2011-12-31T00:00:00Z', 4), [24, 24, 0, 24]);
  });

  it('names the days, across months and years', () => {
    assert.deepEqual(new Calendar('Asia/Tokyo').days(Date.parse('2026-02-28T23:30:00Z'), 3).dates, [
      ...['2026-02-27', '2026-02-28', '2026-03-01'],
    ]);
    assert.deepEqual(new Calendar('UTC').days(Date.parse('2027-01-01T00:00:00Z'), 2).dates, [
      '2026-12-31',
      '2027-01-01',
    ]);
  });

  it('names the zone one way, and refuses what is none', () => {
    assert.equal(new Calendar('europe/berlin').zone, 'Europe/Berlin');
    assert.equal(new Calendar('Asia/Kolkata').zone, new Calendar('Asia/Calcutta').zone);
    for (const zone of ['', 'Mars/Olympus', 'Europe/', '../etc']) assert.throws(() => new Calendar(zone), RangeError);
  });

  it('has every instant in the day of its date, whatever the zone', () => {
    const zones = [
      ...['Europe/Berlin', 'America/Santiago', 'Asia/Beirut', 'Africa/Cairo', 'America/Havana', 'Asia/Kathmandu'],
      ...['Australia/Lord_Howe', 'Australia/Sydney', 'America/Asuncion', 'Atlantic/Azores', 'America/Nuuk', 'UTC'],
      ...['Africa/Casablanca', 'Pacific/Apia', 'Pacific/Auckland', 'Asia/Tehran', 'America/Sao_Paulo'],
    ].map((zone) => new Calendar(zone));
    const instant = fc.integer({ min: Date.UTC(2012, 0, 5), max: Date.UTC(2037, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (calendar, at) => {
        const { dates, edges } = calendar.days(at, 3);
        const [, , start = NaN, end = NaN] = edges;
        assert.ok(start <= at && at < end);
        assert.equal(dates.at(-1), calendar.dateAt(at));
        edges.forEach((edge, n) => {
          if (n < 3) assert.equal(calendar.dateAt(edge), dates[n]);
          assert.notEqual(calendar.dateAt(edge - 1), calendar.dateAt(edge));
        });
      }),
      { numRuns: 3000 },
    );
  });
});
