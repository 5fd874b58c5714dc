import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { InstantState } from '../../../src/shared/contract/uptime.ts';
import { cellsOf, incidentsOf, segmentsOf, sumOf, zeroDurations } from '../../../src/shared/uptime/uptime.ts';
import { Calendar } from '../../../src/shared/uptime/uptimeCalendar.ts';
import { figuresOf } from '../../../src/shared/uptime/uptimeFigures.ts';
import { markOf, type PauseSpan, type TimeSpan, type Transition } from '../../../src/shared/uptime/uptimeHistory.ts';
import { historyOf } from './history.ts';

/** Times are few, so that things happen at the same one. */
const most = 60;
const time = fc.integer({ min: 0, max: most });
const span = fc.record({ from: time, to: time });
const transition = fc.record({ at: time, isUp: fc.boolean() });
const pause = fc.record({
  kind: fc.constantFrom('maintenance' as const, 'paused' as const),
  from: time,
  to: fc.oneof({ weight: 4, arbitrary: time }, { weight: 1, arbitrary: fc.constant(Infinity) }),
});
const known = fc.record({
  transitions: fc.array(transition, { maxLength: 20 }),
  observers: fc.array(span, { maxLength: 6 }),
  pauses: fc.array(pause, { maxLength: 5 }),
  now: fc.integer({ min: -5, max: most + 10 }),
});

interface Known {
  transitions: Transition[];
  observers: TimeSpan[];
  pauses: PauseSpan[];
  now: number;
}

const made = ({ transitions, ...others }: Known) => historyOf({ marks: transitions.map(markOf), ...others });
const within = (at: number, { from, to }: TimeSpan): boolean => from <= at && at < to;

/** The same by the words of the definition, an instant at a time. */
function stateAt(at: number, { transitions, observers, pauses, now }: Known): InstantState {
  const before = transitions.filter((each) => each.at <= at);
  const latest = before.filter((each) => each.at === Math.max(...before.map(({ at }) => at)));
  if (at >= now || latest.length === 0) return 'none';
  const kinds = pauses.filter((each) => within(at, each)).map(({ kind }) => kind);
  if (kinds.length > 0) return kinds.includes('maintenance') ? 'maintenance' : 'paused';
  if (!observers.some((each) => within(at, each))) return 'unknown';
  return latest.some(({ isUp }) => isUp) ? 'up' : 'down';
}

const isUpAt = (at: number, given: Known): boolean =>
  stateAt(at, { ...given, observers: [{ from: -Infinity, to: Infinity }], pauses: [] }) === 'up';

/** When each incident was first seen. */
function begins(given: Known): number[] {
  const found: number[] = [];
  let inOne = false;
  for (let at = -10; at < most + 20; at += 1) {
    if (isUpAt(at, given)) inOne = false;
    if (stateAt(at, given) !== 'down' || inOne) continue;
    inOne = true;
    found.push(at);
  }
  return found;
}

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: 1000 });

const edges = fc
  .array(fc.integer({ min: -10, max: most + 20 }), { minLength: 2, maxLength: 6 })
  .map((times) => times.toSorted((a, b) => a - b));

describe('uptime of any history', () => {
  it('is what the definition says at each instant', () => {
    check(known, (given) => {
      const found = segmentsOf(made(given), -10, most + 20);
      for (let at = -10; at < most + 20; at += 1) {
        assert.equal(found.find((each) => within(at, each))?.state, stateAt(at, given), `at ${at}`);
      }
      found.forEach(({ from, to, state }, n) => {
        assert.ok(from < to);
        assert.notEqual(state, found[n + 1]?.state);
        assert.equal(to, found[n + 1]?.from ?? most + 20);
      });
    });
  });

  it('adds up to the time of each cell, nothing twice', () => {
    check(fc.tuple(known, edges), ([given, edges]) => {
      cellsOf(made(given), edges).forEach((cell, n) => {
        const [from = 0, to = 0] = edges.slice(n);
        const { incidents, ...states } = cell;
        assert.equal(
          Object.values(states).reduce((sum, each) => sum + each, 0),
          to - from,
        );
        const expected = zeroDurations();
        for (let at = from; at < to; at += 1) expected[stateAt(at, given)] += 1;
        assert.deepEqual(cell, { ...expected, incidents });
      });
    });
  });

  it('counts each incident in the cell in which it was first seen', () => {
    check(fc.tuple(known, edges), ([given, edges]) => {
      const all = begins(given);
      const expected = edges
        .slice(1)
        .map((to, n) => all.filter((at) => within(at, { from: edges[n] ?? 0, to })).length);
      assert.deepEqual(
        cellsOf(made(given), edges).map(({ incidents }) => incidents),
        expected,
      );
    });
  });

  it('is the same however the time is split', () => {
    check(fc.tuple(known, edges), ([given, edges]) => {
      const history = made(given);
      const whole = cellsOf(history, [edges[0] ?? 0, edges.at(-1) ?? 0]);
      assert.deepEqual(sumOf(cellsOf(history, edges)), whole[0]);
      const each = edges.slice(1).flatMap((to, n) => cellsOf(history, [edges[n] ?? 0, to]));
      assert.deepEqual(each, cellsOf(history, edges));
    });
  });

  it('does not depend on the order, or on what is said twice', () => {
    const shuffled = known.chain((given) =>
      fc.record({
        given: fc.constant(given),
        transitions: fc.shuffledSubarray([...given.transitions, ...given.transitions], {
          minLength: 2 * given.transitions.length,
        }),
        observers: fc.shuffledSubarray(given.observers, { minLength: given.observers.length }),
        pauses: fc.shuffledSubarray([...given.pauses, ...given.pauses], { minLength: 2 * given.pauses.length }),
      }),
    );
    check(shuffled, ({ given, ...others }) => {
      const range = [-10, 15, 40, most + 20];
      assert.deepEqual(cellsOf(made({ ...given, ...others }), range), cellsOf(made(given), range));
    });
  });

  it('of the past does not change when time goes on, or when the clock goes back and on again', () => {
    check(fc.tuple(known, fc.integer({ min: 0, max: 30 })), ([given, later]) => {
      const past = [-10, 20, given.now];
      if (given.now < 20) return;
      assert.deepEqual(cellsOf(made({ ...given, now: given.now + later }), past), cellsOf(made(given), past));
      const back = cellsOf(made({ ...given, now: given.now - later }), [-10, given.now]);
      assert.ok((back[0]?.up ?? 0) <= (cellsOf(made(given), [-10, given.now])[0]?.up ?? 0));
    });
  });

  it('has incidents that hold exactly its time down', () => {
    check(known, (given) => {
      const history = made(given);
      const incidents = incidentsOf(history, -10, most + 20);
      const [all] = cellsOf(history, [-10, most + 20]);
      assert.equal(
        incidents.reduce((sum, { down }) => sum + down, 0),
        all?.down,
      );
      assert.deepEqual(
        incidents.map(({ from }) => from),
        begins(given),
      );
      const isDownNow = stateAt(given.now - 1, { ...given }) !== 'none' && !isUpAt(given.now - 1, given);
      incidents.forEach(({ to, from, down, disconnectedAt }, n) => {
        const reconnected = given.transitions.some(({ at, isUp }) => isUp && at > from && at <= given.now);
        assert.equal(to === null, !reconnected && isDownNow && n === incidents.length - 1);
        if (to === null) assert.ok(from < given.now);
        else assert.ok(stateAt(to - 1, given) === 'down' && stateAt(to, given) !== 'down' && to - from >= down);
        assert.ok(
          given.transitions.some(({ at, isUp }) => at === disconnectedAt && !isUp) &&
            disconnectedAt <= from &&
            down > 0,
        );
      });
    });
  });

  it('adds up over the days of any time zone', () => {
    const zones = ['Europe/Berlin', 'Australia/Sydney', 'America/Santiago', 'Asia/Beirut', 'Australia/Lord_Howe'];
    const start = Date.UTC(2025, 0, 1);
    const minutes = fc.integer({ min: 0, max: 2 * 365 * 24 * 60 });
    const at = minutes.map((n) => start + n * 60_000);
    const history = fc.record({
      transitions: fc.array(fc.record({ at, isUp: fc.boolean() }), { maxLength: 40 }),
      observers: fc.array(fc.record({ from: at, to: at }), { maxLength: 10 }),
      pauses: fc.array(fc.record({ kind: fc.constant('paused' as const), from: at, to: at }), { maxLength: 3 }),
      now: at,
    });
    fc.assert(
      fc.property(history, fc.constantFrom(...zones), fc.integer({ min: 1, max: 400 }), (given, zone, count) => {
        const { edges } = new Calendar(zone).days(given.now, count);
        const cells = cellsOf(made(given), edges);
        cells.forEach(({ incidents, ...states }, n) => {
          const length = (edges[n + 1] ?? NaN) - (edges[n] ?? NaN);
          assert.equal(
            Object.values(states).reduce((sum, each) => sum + each, 0),
            length,
          );
          assert.ok(length >= 23 * 3_600_000 && length <= 25 * 3_600_000);
        });
        assert.deepEqual(sumOf(cells), cellsOf(made(given), [edges[0] ?? 0, edges.at(-1) ?? 0])[0]);
      }),
      { numRuns: 100 },
    );
  });

  it('reads 100 percent only without downtime, and 0 only when nothing was up', () => {
    const millis = fc.integer({ min: 0, max: 4e13 });
    check(fc.record({ up: millis, down: millis, unknown: millis }), (part) => {
      const { percent, coverage } = figuresOf({ ...zeroDurations(), ...part });
      assert.equal(percent === null, coverage < 1 || part.up + part.down === 0);
      if (percent === null) return;
      assert.equal(percent === 100, part.down === 0);
      assert.equal(coverage === 100, part.unknown === 0);
      assert.ok(percent <= (100 * part.up) / (part.up + part.down) + 1e-9);
    });
  });
});
