import type { NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import { normalCdf } from './distributions.ts';
import { excessKurtosis, momentsOf, skewness, standardDeviation } from './moments.ts';
import { sorted } from './quantile.ts';

export interface NormalityTest {
  readonly kind: 'tested';
  /** A², and A² corrected for the count of values. */
  readonly statistic: number;
  readonly adjusted: number;
  readonly p: number;
  readonly isNormal: boolean;
}

const fewest = 8;
const significance = 0.05;
/** With more values, p is near 0 for deviations that do not matter. */
const mostForSignificance = 5000;
const strongDeviation = 10;

/**
 * Tests whether values come from a normal distribution with unknown mean and standard deviation (Anderson and Darling;
 * correction and p by D'Agostino and Stephens 1986, table 4.9). Up to 5000 values, p < 0.05 is not normal. With more
 * values, a strong deviation is: a skewness beyond 1, an excess kurtosis above 3, or an adjusted A² above 10 per 5000 values.
 * Rounding to a fifth of a standard deviation stays below that; uniform values are far above.
 */
export function testNormality(values: readonly number[]): NormalityTest | NoVariation | TooFew {
  const moments = momentsOf(values);
  if (moments.count < fewest) return tooFew(moments.count, fewest);
  const sigma = standardDeviation(moments) ?? 0;
  if (sigma === 0) return { kind: 'noVariation', value: moments.mean };

  const n = values.length;
  const below = sorted(values).map((value) => clippedCdf((value - moments.mean) / sigma));
  const above = sorted(values).map((value) => clippedCdf((moments.mean - value) / sigma));
  const logs = below.map((share, index) => (2 * index + 1) * (Math.log(share) + Math.log(above[n - 1 - index] ?? 1)));
  const statistic = -n - logs.reduce((sum, log) => sum + log, 0) / n;
  const adjusted = statistic * (1 + 0.75 / n + 2.25 / (n * n));
  const p = probability(adjusted);
  const isSkewed = Math.abs(skewness(moments) ?? 0) > 1 || (excessKurtosis(moments) ?? 0) > 3;
  const isNormal =
    n > mostForSignificance ? !isSkewed && (adjusted * mostForSignificance) / n <= strongDeviation : p >= significance;
  return { kind: 'tested', statistic, adjusted, p, isNormal };
}

const clippedCdf = (z: number): number => Math.min(1 - 1e-15, Math.max(1e-15, normalCdf(z)));

function probability(a: number): number {
  if (a > 13) return 0;
  if (a >= 0.6) return Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a);
  if (a >= 0.34) return Math.exp(0.9177 - 4.279 * a - 1.38 * a * a);
  if (a >= 0.2) return 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a);
  return 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
}
