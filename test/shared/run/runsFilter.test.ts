import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  isSameFilter,
  localTime,
  noFilter,
  type RunsFilter,
  runsQuery,
  timeRange,
} from '../../../src/shared/run/runsFilter.ts';

const now = new Date(2026, 10, 28, 15, 30).getTime();
const bench = { id: 'a', name: 'Bench 1' };

describe('the filter of runs', () => {
  it('asks for the runs of the selected station without a filter', () => {
    assert.deepEqual(runsQuery(noFilter, 'a', now), { created_by_station_ids: ['a'] });
    assert.equal(runsQuery(noFilter, undefined, now), undefined);
  });

  it('asks the server for every part of it', () => {
    const filter: RunsFilter = {
      stations: 'all',
      procedures: [{ id: 'p', name: 'FVT1' }],
      outcomes: ['FAIL', 'ERROR'],
      time: { kind: 'between', from: '2026-11-01', to: '2026-11-02' },
      parts: ['PCBA01'],
      operators: [{ id: 'anna@example.com', name: 'Anna' }],
      failedMeasurements: ['voltage'],
      serialNumber: 'SN-1',
    };
    assert.deepEqual(runsQuery(filter, undefined, now), {
      procedure_ids: ['p'],
      outcomes: ['FAIL', 'ERROR'],
      part_numbers: ['PCBA01'],
      operated_by_ids: ['anna@example.com'],
      failed_measurements: ['voltage'],
      search_query: 'SN-1',
      started_after: new Date(2026, 10, 1).toISOString(),
      started_before: new Date(2026, 10, 2, 23, 59, 59, 999).toISOString(),
    });
    assert.deepEqual(runsQuery({ ...noFilter, stations: [bench] }, undefined, now), { created_by_station_ids: ['a'] });
  });

  it('has times relative to now, and open ends', () => {
    assert.deepEqual(timeRange({ kind: 'today' }, now), { from: new Date(2026, 10, 28).getTime(), to: null });
    assert.deepEqual(timeRange({ kind: 'last', hours: 24 }, now), { from: now - 86_400_000, to: null });
    const until = timeRange({ kind: 'between', from: null, to: '2026-11-28 08:00' }, now);
    assert.deepEqual(until, { from: null, to: new Date(2026, 10, 28, 8, 0, 59, 999).getTime() });
  });

  it('reads each day as a whole, and no day that does not exist', () => {
    const twoDigits = (value: number): string => String(value).padStart(2, '0');
    const days = fc.tuple(
      fc.integer({ min: 1971, max: 2100 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    fc.assert(
      fc.property(days, ([year, month, day]) => {
        const text = `${year}-${twoDigits(month)}-${twoDigits(day)}`;
        const date = new Date(`${text}T00:00:00Z`);
        const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        const range = localTime(text);
        assert.equal(range !== undefined, isDay, text);
        if (range === undefined) return;
        assert.deepEqual(range.last + 1, localTime(nextDay(year, month, day))?.first, text);
        assert.equal(new Date(range.first).getDate(), day);
      }),
      { numRuns: 2000 },
    );
    for (const text of ['', 'yesterday', '2026-11-28 24:00', '2026-11-28 10:60', '28.11.2026']) {
      assert.equal(localTime(text), undefined, text);
    }
  });

  it('is the same filter whatever the order of its values', () => {
    const filter: RunsFilter = { ...noFilter, outcomes: ['FAIL', 'ERROR'], parts: ['B', 'A'] };
    assert.ok(isSameFilter(filter, { ...filter, outcomes: ['ERROR', 'FAIL'], parts: ['A', 'B'] }));
    for (const other of [
      noFilter,
      { ...filter, parts: ['A'] },
      { ...filter, stations: 'all' as const },
      { ...filter, parts: [], failedMeasurements: ['A', 'B'] },
      { ...filter, time: { kind: 'today' as const } },
    ]) {
      assert.equal(isSameFilter(filter, other), false);
    }
  });
});

function nextDay(year: number, month: number, day: number): string {
  const next = new Date(Date.UTC(year, month - 1, day + 1));
  return next.toISOString().slice(0, 10);
}
