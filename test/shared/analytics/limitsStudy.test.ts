import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  changedVerdicts,
  digitsFor,
  limitsMethods,
  newestOfUnits,
  proposeRoundedLimits,
  sideOf,
  valuesInUnits,
} from '../../../src/shared/analytics/limitsStudy.ts';
import { proposeLimits } from '../../../src/shared/statistics/limitsProposal.ts';

describe('limits from past values', () => {
  it('are about the values in the same units of measure alone', () => {
    const uuid = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
    const found = {
      procedure: { id: uuid(0), name: 'Functional test' },
      time_zone: 'UTC',
      from: 0,
      to: 3,
      started_at: [0, 1, 2, 3],
      values: [3300, 3.3, 3.4, 3200],
      passed: [true, true, false, true],
      run_ids: [1, 2, 3, 4].map(uuid),
      serial_numbers: ['A', 'B', 'C', 'D'],
      stations: [],
      stations_index: [-1, -1, -1, -1],
      limits: [
        { lower: 3000, upper: 3600, units: 'mV' },
        { lower: 3, upper: 3.6, units: 'V' },
        { lower: 3, upper: 3.35, units: 'V' },
      ],
      limits_index: [0, 1, 2, 0],
      has_more: false,
    };
    assert.deepEqual(valuesInUnits(found, 'V'), {
      values: [3.3, 3.4],
      passed: [true, false],
      started_at: [1, 2],
      run_ids: [uuid(2), uuid(3)],
      serial_numbers: ['B', 'C'],
    });
    assert.deepEqual(valuesInUnits(found, null).values, []);
  });

  it('are rounded outwards, by less than a fifth of a standard deviation', () => {
    const number = fc.integer({ min: -1000, max: 1000 }).map((whole) => 3.3 + whole / 7919);
    fc.assert(
      fc.property(fc.array(number, { minLength: 30, maxLength: 60 }), (values) => {
        for (const method of limitsMethods) {
          const exact = proposeLimits(values, method);
          const rounded = proposeRoundedLimits(values, method, 'both');
          assert.equal(rounded.kind, exact.kind);
          if (exact.kind !== 'limits' || rounded.kind !== 'limits') continue;
          const [low = 0, high = 0, roundedLow = 0, roundedHigh = 0] = [
            exact.lower,
            exact.upper,
            rounded.lower,
            rounded.upper,
          ].map(Number);
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const sigma = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
          assert.ok(roundedLow <= low + 1e-9 && low - roundedLow < sigma / 5, `${low} ${roundedLow}`);
          assert.ok(roundedHigh >= high - 1e-9 && roundedHigh - high < sigma / 5, `${high} ${roundedHigh}`);
          const digits = digitsFor(values);
          assert.ok(10 ** -digits <= sigma / 10 + 1e-9 && 10 ** -digits > sigma / 100 - 1e-9, `${digits} ${sigma}`);
          assert.deepEqual(
            [roundedLow, roundedHigh],
            [roundedLow, roundedHigh].map((limit) => Number(limit.toFixed(digits))),
          );
          const ofLower = proposeRoundedLimits(values, method, 'lower');
          const ofUpper = proposeRoundedLimits(values, method, 'upper');
          assert.ok(ofLower.kind === 'limits' && ofLower.upper === null && ofLower.lower !== null);
          assert.ok(ofUpper.kind === 'limits' && ofUpper.lower === null && ofUpper.upper !== null);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are rounded outwards, too, where they are a billionth away from a number with few decimals', () => {
    // The mean is 2e-9 and sigma is 1.
    const values = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 1 : -1) * Math.sqrt(0.99) + 2e-9);
    const rounded = proposeRoundedLimits(values, { kind: 'sigmas', sigmas: 3 }, 'both');
    assert.ok(rounded.kind === 'limits');
    assert.deepEqual([rounded.lower, rounded.upper], [-3, 3.1]);
  });

  it('that have few decimals already are not moved by rounding', () => {
    // In binary, 0.29 * 100 is less than 29.
    const values = Array.from({ length: 101 }, (_, index) => Number((0.28 + index / 100).toFixed(2)));
    const quantiles = { kind: 'quantiles', lower: 0.01, upper: 0.99 } as const;
    const found = proposeRoundedLimits(values, quantiles, 'both');
    assert.ok(found.kind === 'limits');
    assert.deepEqual([found.lower, found.upper], [0.29, 1.27]);
    const negative = proposeRoundedLimits(
      values.map((value) => -value),
      quantiles,
      'both',
    );
    assert.ok(negative.kind === 'limits');
    assert.deepEqual([negative.lower, negative.upper], [-1.27, -0.29]);
    // The error of the product is greater for great values, and small ones have it, too.
    for (const start of [1_000_000, 1_234_567, 9_876_543]) {
      const great = values.map((value) => Number((start + value).toFixed(2)));
      const ofGreat = proposeRoundedLimits(great, quantiles, 'both');
      assert.ok(ofGreat.kind === 'limits');
      assert.deepEqual([ofGreat.lower, ofGreat.upper], [great[1], great[99]]);
    }
    const equal = new Array<number>(50).fill(1);
    const sigmas = { kind: 'sigmas', sigmas: 3 } as const;
    assert.deepEqual(proposeRoundedLimits(equal, sigmas, 'both'), proposeLimits(equal, sigmas));
  });

  it('have as many decimals as a tenth of the standard deviation, from 0 to 15', () => {
    const around = (half: number): number[] => [-half, half];
    // The standard deviation of two values is half of their distance times the root of 2.
    assert.deepEqual(
      [1000, 7, 0.7, 0.07, 1e-30].map((half) => digitsFor(around(half))),
      [0, 1, 2, 3, 15],
    );
    assert.deepEqual([digitsFor([]), digitsFor([5]), digitsFor([5, 5])], [3, 3, 3]);
  });

  it('change the verdicts of the values that they separate otherwise', () => {
    const values = [1, 2, 3, 4, 5];
    const passed = [true, true, true, true, false];
    assert.deepEqual(changedVerdicts(values, passed, { lower: 2, upper: 5 }), { toFail: [0], toPass: [4] });
    assert.deepEqual(changedVerdicts(values, passed, { lower: null, upper: 4 }), { toFail: [], toPass: [] });
    assert.deepEqual(changedVerdicts([-5, 5], [true, true], { lower: null, upper: 5 }), { toFail: [], toPass: [] });
    assert.deepEqual(changedVerdicts([-5, 5], [true, true], { lower: -5, upper: null }), { toFail: [], toPass: [] });
    assert.deepEqual(changedVerdicts([-5, 5], [false, true], { lower: null, upper: null }), {
      toFail: [],
      toPass: [0],
    });
  });

  it('count the newest value of each unit', () => {
    const serials = fc.array(fc.constantFrom('A', 'B', 'C', '__proto__'), { maxLength: 12 });
    fc.assert(
      fc.property(serials, (serialNumbers) => {
        const newest = newestOfUnits(serialNumbers);
        const expected = serialNumbers.flatMap((each, index) =>
          serialNumbers.lastIndexOf(each) === index ? [index] : [],
        );
        assert.deepEqual(newest, expected);
      }),
    );
  });

  it('are proposed for the sides that have a limit now', () => {
    assert.equal(sideOf({ lower: 1, upper: null }), 'lower');
    assert.equal(sideOf({ lower: null, upper: 1 }), 'upper');
    assert.equal(sideOf({ lower: null, upper: null }), 'both');
    assert.equal(sideOf({ lower: 0, upper: 1 }), 'both');
  });
});
