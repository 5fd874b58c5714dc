import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { controlChart, controlLimits } from '../../../src/shared/statistics/controlChart.ts';
import {
  type ControlRule,
  controlViolations,
  defaultControlRules,
  nelsonRules,
  westernElectricRules,
} from '../../../src/shared/statistics/controlRules.ts';
import { momentsOf } from '../../../src/shared/statistics/moments.ts';
import {
  joinMovingRanges,
  lag1Autocorrelation,
  movingRangesOf,
  noMovingRanges,
} from '../../../src/shared/statistics/series.ts';
import { flowRate, jets } from './publishedData.ts';
import { near, normalValues, published, randomNumbers, seed, withSeed } from './support.ts';

/** Points that break one of Nelson's rules, at the index that completes the pattern, from 1. */
const fixtures: [rule: ControlRule, points: number[], flagged: number][] = [
  [1, [0.2, -0.4, 3.2], 3],
  [2, [0.3, 0.5, 0.2, 0.9, 0.4, 0.1, 0.6, 0.2, 0.7], 9],
  [3, [-0.9, -0.5, -0.2, 0.1, 0.4, 0.8], 6],
  [4, Array.from({ length: 14 }, (_, index) => (index % 2 === 0 ? 0.3 : -0.3)), 14],
  [5, [2.3, 0.1, 2.4], 3],
  [6, [1.2, 1.4, 0.2, 1.3, 1.1], 5],
  [7, [0.2, -0.3, -0.1, 0.4, 0.1, -0.5, -0.2, 0.6, 0.3, -0.4, -0.1, 0.5, 0.2, -0.3, 0.1], 15],
  [8, [1.2, -1.3, 1.1, -1.5, -1.2, 1.4, -1.1, 1.6], 8],
];

/** The rules as sentences, point by point, without runs and windows. */
function breaks(rule: ControlRule, z: readonly number[], at: number): boolean {
  const back = (count: number): number[] => z.slice(Math.max(0, at - count + 1), at + 1);
  const all = (count: number, holds: (value: number) => boolean): boolean =>
    at + 1 >= count && back(count).every(holds);
  const own = z[at] ?? 0;
  const differences = back(14)
    .map((value, index, list) => value - (list[index - 1] ?? value))
    .slice(1);
  switch (rule) {
    case 1:
      return own > 3 || own < -3;
    case 2:
      return all(9, (value) => value > 0) || all(9, (value) => value < 0);
    case 3:
      return at >= 5 && (differences.slice(-5).every((d) => d > 0) || differences.slice(-5).every((d) => d < 0));
    case 4:
      return (
        at >= 13 && differences.every((d, index) => d !== 0 && (index === 0 || d * (differences[index - 1] ?? 0) < 0))
      );
    case 5:
      return [1, -1].some((side) => own * side > 2 && back(3).filter((value) => value * side > 2).length >= 2);
    case 6:
      return [1, -1].some((side) => own * side > 1 && back(5).filter((value) => value * side > 1).length >= 4);
    case 7:
      return all(15, (value) => value > -1 && value < 1);
    case 8:
      return all(8, (value) => value > 1 || value < -1);
    case 'eightOnOneSide':
      return all(8, (value) => value > 0) || all(8, (value) => value < 0);
  }
}

const numbersOf = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

describe(`control charts (${withSeed})`, () => {
  it('have the published limits of the flow rate and of the jets', () => {
    const flow = controlLimits(flowRate, { needed: 10 });
    assert.ok(flow.kind === 'limits');
    published(flow.center, '50.81');
    published(flow.sigma, '1.664697');
    published(flow.upper, '55.804090');
    published(flow.lower, '45.815910');
    const jet = controlLimits(jets);
    assert.ok(jet.kind === 'limits');
    published(jet.center, '80.39');
    published(jet.sigma, '4.721911');
    published(jet.upper, '94.555733');
    published(jet.lower, '66.224267');
  });

  it('need 20 values that differ', () => {
    assert.deepEqual(controlLimits(flowRate), { kind: 'tooFew', count: 10, needed: 20 });
    assert.deepEqual(controlLimits(new Array<number>(20).fill(4)), { kind: 'noVariation', value: 4 });
    assert.deepEqual(controlChart([]), []);
    // Each value has a gap beside it, so there is no moving range.
    const apart = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? index : null));
    assert.equal(controlLimits(apart).kind, 'tooFew');
  });

  it('flag exactly the published point of each pattern', () => {
    for (const [rule, points, flagged] of fixtures) {
      assert.deepEqual(controlViolations(points, nelsonRules), [{ rule, index: flagged - 1 }]);
      const mirrored = controlViolations(
        points.map((z) => -z),
        nelsonRules,
      );
      assert.deepEqual(mirrored, [{ rule, index: flagged - 1 }]);
      const others = nelsonRules.filter((each) => each !== rule);
      assert.deepEqual(controlViolations(points, others), []);
    }
    const eight = controlViolations(fixtures[1]?.[1] ?? [], westernElectricRules);
    assert.deepEqual(
      eight.map(({ index }) => index),
      [7, 8],
    );
  });

  it('flag what the rules say in their sentences, and nothing across a gap', () => {
    const z = fc.oneof(fc.constantFrom(-3, -2, -1, 0, 1, 2, 3), fc.double({ min: -3.5, max: 3.5, noNaN: true }));
    const calm = fc.double({ min: -1.2, max: 1.2, noNaN: true });
    const points = fc.oneof(fc.array(z, { maxLength: 40 }), fc.array(calm, { maxLength: 40 }));
    const rules: ControlRule[] = [...nelsonRules, 'eightOnOneSide'];
    const expected = (list: readonly number[], start: number) =>
      list.flatMap((_, at) =>
        rules.filter((rule) => breaks(rule, list, at)).map((rule) => ({ rule, index: start + at })),
      );
    fc.assert(
      fc.property(points, points, (first, second) => {
        assert.deepEqual(controlViolations([...first, null, ...second], rules), [
          ...expected(first, 0),
          ...expected(second, first.length + 1),
        ]);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('rarely flag values in control', () => {
    const points = normalValues(100_000, randomNumbers());
    const flagged = (rules: readonly ControlRule[]): number =>
      (1000 * new Set(controlViolations(points, rules).map(({ index }) => index)).size) / points.length;
    near(flagged([1]), 2.7, 0.6);
    near(flagged(defaultControlRules), 6.4, 1);
    near(flagged(nelsonRules), 22.5, 2.5);
    near(flagged(westernElectricRules), 15.9, 2);
  });

  it('have limits and violations for each segment, whatever the others are', () => {
    const random = randomNumbers();
    const first = normalValues(40, random, 5, 0.1);
    const second = [...normalValues(50, random, 9, 0.5), 20, 9, 9];
    const [a, b, ...none] = controlChart([...first, ...second], { segmentStarts: [40, 0, 40, 93, -2] });
    assert.deepEqual(none, []);
    assert.deepEqual([a?.start, a?.end, b?.start, b?.end], [0, 40, 40, 93]);
    assert.deepEqual(a, controlChart(first)[0]);
    const [alone] = controlChart(second);
    assert.deepEqual(b?.limits, alone?.limits);
    assert.deepEqual(
      b?.violations,
      alone?.violations.map(({ rule, index }) => ({ rule, index: index + 40 })),
    );
    assert.ok(b?.violations.some(({ rule, index }) => rule === 1 && index === 90));
  });

  it('sort the starts of segments, and flag neither a missing value nor the step across it', () => {
    const level = (center: number): number[] =>
      Array.from({ length: 30 }, (_, index) => center + (index % 2 === 0 ? 0.01 : -0.01));
    const values = [...level(1000), ...level(-500), ...level(7)];
    const segments = controlChart(values, { segmentStarts: [60, 30] });
    assert.deepEqual(
      segments.map(({ start, end }) => [start, end]),
      [
        [0, 30],
        [30, 60],
        [60, 90],
      ],
    );
    for (const each of segments) assert.deepEqual(each.violations, []);
    const [gap] = controlChart([...level(1000), null, 1000.1, 1000.1, null, ...level(1000)]);
    assert.deepEqual(
      gap?.violations.filter(({ rule }) => rule === 1).map(({ index }) => index),
      [31, 32],
    );
    const [short] = controlChart([1, 100, -100]);
    assert.deepEqual(short?.violations, []);
  });

  it('are called autocorrelated from 20 values on', () => {
    const rising = Array.from({ length: 20 }, (_, index) => index);
    assert.equal(controlChart(rising)[0]?.isAutocorrelated, true);
    assert.equal(controlChart(rising.slice(1))[0]?.isAutocorrelated, false);
  });

  it('do not count a value at a border of a zone, nor equal neighbors as turns', () => {
    const within = [...new Array<number>(14).fill(0.5), 1];
    assert.deepEqual(controlViolations(within, [7]), []);
    assert.equal(controlViolations([...within, ...new Array<number>(15).fill(0.5)], [7]).length, 1);
    const stairs = Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? 0 : 1));
    assert.deepEqual(controlViolations(stairs, [4]), []);
  });

  it('keep their limits when values follow the baseline', () => {
    const values = normalValues(200, randomNumbers(), 5, 0.1);
    const drifted = values.map((value, index) => value + Math.max(0, index - 100) / 50);
    const [calm] = controlChart(values);
    const [drift] = controlChart(drifted);
    assert.deepEqual(calm?.limits, drift?.limits);
    assert.ok(drift && drift.violations.length > 50 && drift.isAutocorrelated && !calm?.isAutocorrelated);
    const limits = controlLimits(values.slice(0, 30));
    assert.ok(limits.kind === 'limits');
    const gap = [...values.slice(0, 10), null, ...values.slice(10)];
    const counted = controlChart(gap, { baselineCount: 25 })[0]?.limits;
    assert.ok(counted?.kind === 'limits');
    assert.equal(counted.count, 25);
  });

  it('are not called autocorrelated if all values are equal', () => {
    const equal = new Array<number>(30).fill(5);
    assert.equal(lag1Autocorrelation(equal, momentsOf(equal)), null);
    assert.equal(controlChart(equal)[0]?.isAutocorrelated, false);
  });

  it('add up moving ranges over blocks, with the steps between them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 6 }), { maxLength: 6 }),
        (blocks) => {
          const all = numbersOf(blocks.flat());
          const joined = blocks.map(movingRangesOf).reduce(joinMovingRanges, noMovingRanges);
          const ranges = all.slice(1).map((value, index) => Math.abs(value - (all[index] ?? 0)));
          const sum = ranges.reduce((total, range) => total + range, 0);
          assert.deepEqual(joined, { first: all[0] ?? null, last: all.at(-1) ?? null, count: ranges.length, sum });
        },
      ),
      { seed },
    );
  });
});
