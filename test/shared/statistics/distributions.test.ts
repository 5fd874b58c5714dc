import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  chiSquareCdf,
  chiSquareQuantile,
  fUpperTail,
  normalCdf,
  normalQuantile,
} from '../../../src/shared/statistics/distributions.ts';
import { incompleteBeta, logGamma } from '../../../src/shared/statistics/specialFunctions.ts';
import { integral, near, normalDensity, published, same } from './support.ts';

describe('distributions', () => {
  it('have the published normal quantiles, the same on both sides', () => {
    for (const [share, z] of [
      [1e-6, '-4.753424308823'],
      [0.95, '1.644853626951'],
      [0.975, '1.959963984540'],
      [0.995, '2.575829303549'],
    ] as const) {
      published(normalQuantile(share), z);
      near(normalQuantile(1 - share), -Number(z), 1e-9);
    }
    assert.equal(Math.abs(normalQuantile(0.5)), 0);
  });

  it('have the published chi-square quantiles', () => {
    for (const [share, degrees, x] of [
      [0.025, 9, '2.700389500'],
      [0.975, 9, '19.022767799'],
      [0.025, 19, '8.906516482'],
      [0.975, 19, '32.852326862'],
      [0.05, 24, '13.848425027'],
      [0.025, 99, '73.361080191'],
      [0.975, 99, '128.42198864'],
      [0.025, 999, '913.300998302'],
    ] as const) {
      published(chiSquareQuantile(share, degrees), x);
    }
  });

  it('have the published tails of F', () => {
    published(fUpperTail(0.433721, 18, 60), '0.974106');
    published(fUpperTail(39.617246, 2, 78), '1.33759e-12');
    published(fUpperTail(79.406049, 2, 18), '1.174e-9');
  });

  it('integrate their densities', () => {
    for (const z of [-6, -2.5, -1, 0, 0.7, 3]) {
      near(normalCdf(z), integral(normalDensity, -12, z), 1e-14);
    }
    for (const degrees of [2, 3, 9, 40]) {
      const density = (x: number): number =>
        Math.exp((degrees / 2 - 1) * Math.log(x) - x / 2 - (degrees / 2) * Math.LN2 - logGamma(degrees / 2));
      for (const x of [0.5, 3, 9, 60]) {
        near(
          chiSquareCdf(x, degrees),
          integral((t) => density(t * t) * 2 * t, 1e-9, Math.sqrt(x)),
          1e-10,
        );
      }
    }
    // With 2 and d degrees, the tail of F has a closed form.
    for (const f of [0.01, 1, 5, 40]) {
      for (const d of [3, 10, 77]) same(fUpperTail(f, 2, d), (1 + (2 * f) / d) ** (-d / 2), 1e-12);
    }
    for (const f of [1e-6, 0.01, 1, 3]) {
      for (const d of [1000, 1_000_000]) {
        const tail = Math.exp((-d / 2) * Math.log1p((2 * f) / d));
        near(fUpperTail(f, 2, d) / tail, 1, 1e-8);
        // The reciprocal of F has the degrees the other way around.
        near(fUpperTail(1 / f, d, 2), 1 - tail, 1e-8);
      }
    }
  });

  it('have quantiles that undo their shares, far into the tails', () => {
    for (const share of [1e-300, 1e-15, 1e-6, 0.001, 0.07, 0.3, 0.5, 0.8, 0.99]) {
      near(normalCdf(normalQuantile(share)) / share, 1, 1e-11);
    }
    for (const degrees of [0.61, 1, 2, 30, 1000, 1_000_000]) {
      for (const share of [1e-9, 0.001, 0.025, 0.5, 0.975, 0.999]) {
        near(chiSquareCdf(chiSquareQuantile(share, degrees), degrees) / share, 1, 1e-9);
      }
    }
  });

  it('have the incomplete beta function that sums of binomial shares give, also beyond the mean', () => {
    for (const a of [1, 2, 5, 12, 30]) {
      for (const b of [1, 2, 5, 12, 30]) {
        for (const x of [0, 0.001, 0.1, 0.45, 0.7, 0.9, 0.99, 0.9999, 1]) {
          near(incompleteBeta(x, a, b), binomialTail(a, a + b - 1, x), 1e-12);
        }
      }
    }
    for (const size of [500, 100_000]) {
      for (const x of [0.3, 0.499, 0.501, 0.52, 0.667, 0.9]) {
        const share = incompleteBeta(x, size, size);
        near(share, 1 - incompleteBeta(1 - x, size, size), 1e-11);
        // Close to a normal distribution with this standard deviation.
        near(share, normalCdf((x - 0.5) / Math.sqrt(1 / (4 * (2 * size + 1)))), 0.001);
      }
    }
  });

  it('have the shares of the ends', () => {
    assert.deepEqual([-Infinity, 0, Infinity].map(normalCdf), [0, 0.5, 1]);
    assert.deepEqual(
      [0, Infinity].map((x) => chiSquareCdf(x, 3)),
      [0, 1],
    );
    assert.deepEqual(
      [0, Infinity].map((f) => fUpperTail(f, 3, 7)),
      [1, 0],
    );
  });

  it('have the gamma function of whole and half numbers', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n += 1) {
      near(logGamma(n), Math.log(factorial), 1e-13);
      factorial *= n;
    }
    near(logGamma(0.5), Math.log(Math.PI) / 2, 1e-15);
  });

  it('refuse shares that have no quantile', () => {
    for (const share of [0, 1, -0.1, 2, NaN]) {
      assert.throws(() => normalQuantile(share), RangeError);
      assert.throws(() => chiSquareQuantile(share, 5), RangeError);
    }
  });
});

/** Returns the probability of at least so many successes of `count`. */
function binomialTail(least: number, count: number, share: number): number {
  let sum = 0;
  let ways = 1;
  for (let successes = 0; successes <= count; successes += 1) {
    if (successes >= least) sum += ways * share ** successes * (1 - share) ** (count - successes);
    ways *= (count - successes) / (successes + 1);
  }
  return sum;
}
