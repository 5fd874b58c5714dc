import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { sorted, sortedQuantile, valuesNeededForQuantile } from '../../../src/shared/statistics/quantile.ts';
import { michelson } from './publishedData.ts';
import { near, published, quantile, seed, withSeed } from './support.ts';

describe(`quantiles (${withSeed})`, () => {
  it('of Michelso have the published values', () => {
    for (const [share, expected] of [
      [0.05, '299.739'],
      [0.25, '299.8075'],
      [0.5, '299.85'],
      [0.75, '299.8925'],
      [0.95, '299.98'],
      [0.99, '300.0007'],
    ] as const) {
      published(quantile(michelson, share), `${expected}${expected.includes('.') ? '00000000' : ''}`);
    }
  });

  it('rise from the least value to the greatest, and are linear between neighbors', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, (list) => {
        const ordered = [...list].sort((a, b) => a - b);
        for (const [index, value] of ordered.entries()) {
          if (ordered.length === 1) continue;
          near(quantile(list, index / (ordered.length - 1)), value, 1e-6);
          const next = ordered[index + 1];
          if (next !== undefined) near(quantile(list, (index + 0.5) / (ordered.length - 1)), (value + next) / 2, 1e-6);
        }
        near(quantile(list, 0), ordered[0] ?? NaN, 0);
        near(quantile(list, 1), ordered.at(-1) ?? NaN, 0);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('are null without values, and refuse a share outside of 0 to 1', () => {
    assert.equal(sortedQuantile([], 0.5), null);
    assert.equal(sortedQuantile([7], 0.99), 7);
    for (const share of [-0.01, 1.01, NaN]) assert.throws(() => sortedQuantile([1], share), RangeError);
  });

  it('need 20 values at 95 % and 100 at 99 %', () => {
    assert.deepEqual(
      [0.5, 0.95, 0.05, 0.99, 0.01, 0.999, 0, 1].map(valuesNeededForQuantile),
      [2, 20, 20, 100, 100, 1000, 1, 1],
    );
    assert.throws(() => valuesNeededForQuantile(1.5), RangeError);
  });

  it('sort by number and leave the given values in place', () => {
    const values = [10, 9, -1, 2];
    assert.deepEqual(sorted(values), [-1, 2, 9, 10]);
    assert.deepEqual(values, [10, 9, -1, 2]);
  });
});
