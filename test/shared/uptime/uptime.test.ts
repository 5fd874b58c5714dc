import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Durations } from '../../../src/shared/contract/uptime.ts';
import {
  cellsOf,
  dayOf,
  incidentsOf,
  lastDays,
  lengthsIn,
  segmentsOf,
  sumOf,
} from '../../../src/shared/uptime/uptime.ts';
import {
  markOf,
  mergePauses,
  mergeSpans,
  normalizeMarks,
  type PauseSpan,
  type TimeSpan,
} from '../../../src/shared/uptime/uptimeHistory.ts';
import { historyOf } from './history.ts';

/** Minutes are the times of these tests. */
const history = (known: {
  up?: number[];
  down?: number[];
  observed?: TimeSpan[];
  pauses?: PauseSpan[];
  now?: number;
}) =>
  historyOf({
    marks: [
      ...(known.up ?? []).map((at) => markOf({ at, isUp: true })),
      ...(known.down ?? []).map((at) => markOf({ at, isUp: false })),
    ],
    observers: known.observed ?? [{ from: 0, to: 10_000 }],
    pauses: known.pauses ?? [],
    now: known.now ?? 10_000,
  });

/** Only what is not 0. */
const some = (time: Durations | undefined) => Object.fromEntries(Object.entries(time ?? {}).filter(([, n]) => n !== 0));
const span = (from: number, to: number): TimeSpan => ({ from, to });
const maintenance = (from: number, to: number): PauseSpan => ({ kind: 'maintenance', from, to });
const paused = (from: number, to: number): PauseSpan => ({ kind: 'paused', from, to });

describe('the state of a station', () => {
  const one = (known: Parameters<typeof history>[0], from = 0, to = 100) =>
    segmentsOf(history(known), from, to).map(({ state, from, to }) => `${state} ${from}-${to}`);

  it('has the state none without a history and before the first transition', () => {
    assert.deepEqual(one({}), ['none 0-100']);
    assert.deepEqual(one({ up: [30] }), ['none 0-30', 'up 30-100']);
    assert.deepEqual(one({ down: [30], pauses: [maintenance(10, 20)] }), ['none 0-30', 'down 30-100']);
  });

  it('follows the transitions and has the state none after now', () => {
    assert.deepEqual(one({ up: [0, 50], down: [20], now: 70 }), ['up 0-20', 'down 20-50', 'up 50-70', 'none 70-100']);
    assert.deepEqual(one({ up: [0], down: [80], now: 70 }), ['up 0-70', 'none 70-100']);
    assert.deepEqual(one({ up: [0], now: -5 }), ['none 0-100']);
  });

  it('has the state unknown in unobserved time', () => {
    const observed = [span(10, 30), span(40, 60)];
    assert.deepEqual(one({ up: [5], down: [50], observed }), [
      ...['none 0-5', 'unknown 5-10', 'up 10-30', 'unknown 30-40', 'up 40-50', 'down 50-60', 'unknown 60-100'],
    ]);
  });

  it('has the state of a pause whatever else applies, and maintenance before paused', () => {
    const pauses = [paused(10, 60), maintenance(30, 40), paused(90, Infinity)];
    assert.deepEqual(one({ up: [0], down: [50], observed: [span(20, 95)], pauses }), [
      ...['unknown 0-10', 'paused 10-30', 'maintenance 30-40', 'paused 40-60', 'down 60-90', 'paused 90-100'],
    ]);
  });

  it('reads transitions that are unordered, repeated or at the same time', () => {
    const clean = one({ up: [10, 50], down: [30] });
    assert.deepEqual(one({ up: [50, 10, 60, 10], down: [30, 30, 40, 50] }), clean);
  });

  it('accepts observers that overlap, touch or end before they begin', () => {
    const observed = [span(40, 60), span(0, 20), span(20, 50), span(90, 80)];
    assert.deepEqual(one({ up: [0], observed }), ['up 0-60', 'unknown 60-100']);
  });
});

describe('what is known of a station', () => {
  it('keeps alternating marks and drops the others', () => {
    const marks = [markOf({ at: 1, isUp: true }), markOf({ at: 2, isUp: false }), markOf({ at: 9, isUp: true })];
    assert.equal(normalizeMarks(marks), marks);
    assert.deepEqual(normalizeMarks(marks.toReversed()), marks);
    assert.deepEqual(normalizeMarks([...marks, markOf({ at: 10, isUp: true })]), marks);
    const both = [markOf({ at: 5, isUp: false }), markOf({ at: 5, isUp: true })];
    assert.deepEqual(normalizeMarks(both), both.slice(1), 'of two at one time, up holds');
  });

  it('merges spans that overlap or touch and drops empty ones', () => {
    assert.deepEqual(mergeSpans([span(5, 9), span(0, 5), span(20, 20), span(30, 31)]), [span(0, 9), span(30, 31)]);
    assert.deepEqual(mergePauses([paused(0, 10), maintenance(5, 10)]), [paused(0, 5), maintenance(5, 10)]);
    assert.deepEqual(mergePauses([paused(0, 9), maintenance(3, 4)]), [paused(0, 3), maintenance(3, 4), paused(4, 9)]);
  });
});

describe('the length of spans between edges', () => {
  it('splits spans at edges and cuts them at the first and last edge', () => {
    assert.deepEqual(lengthsIn([span(10, 30), span(90, 210), span(250, 260)], [0, 100, 200, 300]), [30, 100, 20]);
    assert.deepEqual(lengthsIn([span(0, 100)], [20, 50, 60]), [30, 10]);
    assert.deepEqual(lengthsIn([span(0, 20), span(60, 99)], [20, 50, 60]), [0, 0]);
    assert.deepEqual(lengthsIn([], [0, 10]), [0]);
    assert.deepEqual(lengthsIn([span(0, 10)], []), []);
  });
});

describe('cells of uptime', () => {
  it('splits states at the edges of cells', () => {
    const [a, b, c] = cellsOf(history({ up: [10, 130], down: [90], now: 250 }), [0, 100, 200, 300]);
    assert.deepEqual(some(a), { none: 10, up: 80, down: 10, incidents: 1 });
    assert.deepEqual(some(b), { down: 30, up: 70 });
    assert.deepEqual(some(c), { up: 50, none: 50 });
  });

  it('returns no cells without edges, and an empty cell between equal edges', () => {
    assert.deepEqual(cellsOf(history({ up: [0] }), []), []);
    assert.deepEqual(cellsOf(history({ up: [0] }), [5]), []);
    assert.deepEqual(cellsOf(history({ up: [0] }), [5, 5, 9]).map(some), [{}, { up: 4 }]);
  });

  it('counts an incident once, on the day on which it was first seen', () => {
    const long = history({ up: [0], down: [50], observed: [span(0, 60), span(250, 400)] });
    assert.deepEqual(
      cellsOf(long, [0, 100, 200, 300]).map(({ incidents }) => incidents),
      [1, 0, 0],
    );
    assert.equal(cellsOf(long, [200, 300])[0]?.incidents, 0, 'it began before');
    const hidden = history({ up: [0], down: [50], pauses: [maintenance(40, 230)] });
    assert.deepEqual(
      cellsOf(hidden, [0, 100, 200, 300]).map(({ incidents }) => incidents),
      [0, 0, 1],
    );
    assert.equal(cellsOf(hidden, [200, 300])[0]?.incidents, 1, 'it was not seen before');
  });

  it('counts two incidents if the station reconnected between them, even unobserved', () => {
    const twice = history({ up: [0, 55, 90], down: [20, 65], pauses: [paused(50, 70)] });
    assert.equal(cellsOf(twice, [0, 100])[0]?.incidents, 2);
  });

  it('does not count downtime that was never observed', () => {
    const unseen = history({ up: [0, 60], down: [50], observed: [span(0, 50), span(60, 100)] });
    assert.deepEqual(some(cellsOf(unseen, [0, 100])[0]), { up: 90, unknown: 10 });
  });
});

describe('incidents', () => {
  it('returns incidents with their full length and their downtime', () => {
    const known = history({ up: [0, 300], down: [50], observed: [span(0, 60), span(250, 400)] });
    assert.deepEqual(incidentsOf(known, 260, 270), [{ from: 50, to: 300, down: 60, disconnectedAt: 50 }]);
    assert.deepEqual(incidentsOf(known, 100, 200), [], 'nobody watched');
    assert.deepEqual(incidentsOf(known, 300, 400), []);
  });

  it('keeps an incident open until the station reconnects, even while paused', () => {
    const known = history({ up: [0], down: [50], pauses: [paused(80, Infinity)], now: 100 });
    assert.deepEqual(incidentsOf(known, 0, 100), [{ from: 50, to: null, down: 30, disconnectedAt: 50 }]);
    const later = history({ up: [0, 200], down: [50], now: 100 });
    assert.deepEqual(
      incidentsOf(later, 0, 100),
      [{ from: 50, to: null, down: 50, disconnectedAt: 50 }],
      'it comes in the future',
    );
  });

  it('ends an incident when the station was last seen disconnected', () => {
    const known = history({ up: [0, 70], down: [50], pauses: [maintenance(60, 90)] });
    assert.deepEqual(incidentsOf(known, 0, 100), [{ from: 50, to: 60, down: 10, disconnectedAt: 50 }]);
  });
});

describe('sums of days', () => {
  const columns = { up: [80, 70, 50], down: [10, 30, 0], maintenance: [0, 0, 5], paused: [3, 0, 0] };
  const answer = { ...columns, unknown: [2, 0, 0], incidents: [1, 0, 0] };
  const days = { starts: [0, 100, 200], now: 260 };

  it('assigns the rest of a day to none, and today until now', () => {
    assert.deepEqual(some(dayOf(answer, days, 0)), { up: 80, down: 10, paused: 3, unknown: 2, none: 5, incidents: 1 });
    assert.deepEqual(some(dayOf(answer, days, 2)), { up: 50, maintenance: 5, none: 5 });
    assert.deepEqual(some(dayOf(answer, days, 3)), {});
  });

  it('sums the last days', () => {
    assert.deepEqual(some(lastDays(answer, days, 2)), { up: 120, down: 30, maintenance: 5, none: 5 });
    assert.deepEqual(lastDays(answer, days, 90), lastDays(answer, days, 3));
    assert.deepEqual(some(sumOf([])), {});
  });
});
