import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  addValue,
  excessKurtosis,
  mergeMoments,
  momentsOf,
  noMoments,
  skewness,
  standardDeviation,
  variance,
} from '../../../src/shared/statistics/moments.ts';
import { lag1Autocorrelation } from '../../../src/shared/statistics/series.ts';
import { lew, lottery, mavro, michelson, numAcc1, numAcc2, numAcc3, numAcc4 } from './publishedData.ts';
import { near, same, seed, withSeed } from './support.ts';

/** Mean, standard deviation, and autocorrelation as NIST certifies them, and how close doubles can come. */
const certified = {
  Michelso: [michelson, 299.8524, 0.0790105478190518, 0.535199668621283, 1e-12],
  Mavro: [mavro, 2.001856, 0.000429123454003053, 0.937989183438248, 1e-12],
  Lew: [lew, -177.435, 277.332168044316, -0.307304800605679, 1e-12],
  Lottery: [lottery, 518.95871559633, 291.699727470969, -0.120948622967393, 1e-12],
  NumAcc1: [numAcc1, 10_000_002, 1, -0.5, 1e-15],
  NumAcc2: [numAcc2, 1.2, 0.1, -0.999, 1e-12],
  NumAcc3: [numAcc3, 1_000_000.2, 0.1, -0.999, 1e-9],
  NumAcc4: [numAcc4, 10_000_000.2, 0.1, -0.999, 1e-8],
} as const;

/** Without updates and merging: each sum about the mean of all values. */
function momentsBySums(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const power = (exponent: number): number => values.reduce((sum, value) => sum + (value - mean) ** exponent, 0);
  return { mean, m2: power(2), m3: power(3), m4: power(4) };
}

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const days = fc.array(fc.array(value, { maxLength: 20 }), { maxLength: 8 });

describe(`moments (${withSeed})`, () => {
  for (const [name, [values, mean, sigma, correlation, tolerance]] of Object.entries(certified)) {
    it(`have the certified values of NIST's ${name}`, () => {
      const moments = momentsOf(values);
      same(moments.mean, mean, 1e-13);
      same(standardDeviation(moments), sigma, tolerance);
      same(lag1Autocorrelation(values, moments), correlation, name.startsWith('NumAcc') ? 1e-6 : 1e-11);
    });
  }

  it('of days merge to those of all values, in any order', () => {
    fc.assert(
      fc.property(days, (blocks) => {
        const all = blocks.flat();
        for (const order of [blocks, blocks.toReversed()]) {
          const merged = order.map(momentsOf).reduce(mergeMoments, noMoments);
          assert.equal(merged.count, all.length);
          if (all.length === 0) return;
          const expected = momentsBySums(all);
          near(merged.mean, expected.mean, 1e-9);
          near(merged.m2, expected.m2, 1e-9 * (1 + expected.m2));
          near(merged.m3, expected.m3, 1e-9 * (1 + expected.m2 ** 1.5));
          near(merged.m4, expected.m4, 1e-9 * (1 + expected.m2 ** 2));
          assert.equal(merged.minimum, Math.min(...all));
          assert.equal(merged.maximum, Math.max(...all));
        }
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('of Michelso in four chunks merge to the certified values', () => {
    const starts = [0, 7, 40, 41, 100];
    const chunks = starts.slice(1).map((end, index) => momentsOf(michelson.slice(starts[index], end)));
    const merged = chunks.reduce(mergeMoments, noMoments);
    same(merged.mean, 299.8524, 1e-14);
    same(standardDeviation(merged), 0.0790105478190518, 1e-12);
  });

  it('have no spread of fewer than two values, and no shape of equal values', () => {
    const one = addValue(noMoments, 5);
    assert.deepEqual(
      [variance(noMoments), standardDeviation(noMoments), variance(one), standardDeviation(one)],
      [null, null, null, null],
    );
    assert.equal(variance(momentsOf([1, 3])), 2);
    const equal = momentsOf([0.1, 0.1, 0.1, 0.1]);
    assert.deepEqual([equal.mean, equal.m2, skewness(equal), excessKurtosis(equal)], [0.1, 0, null, null]);
    assert.deepEqual(noMoments, JSON.parse(JSON.stringify(noMoments)));
  });

  it('have the shape of distributions whose shape is known', () => {
    const coin = momentsOf([0, 1, 0, 1]);
    assert.deepEqual([skewness(coin), excessKurtosis(coin)], [0, -2]);
    // A Bernoulli distribution with p = 1/4: skewness (1 - 2p) / sqrt(pq), excess kurtosis (1 - 6pq) / pq.
    const rare = momentsOf([0, 0, 0, 1]);
    same(skewness(rare), 0.5 / Math.sqrt(3 / 16));
    same(excessKurtosis(rare), (1 - 18 / 16) / (3 / 16));
  });
});
