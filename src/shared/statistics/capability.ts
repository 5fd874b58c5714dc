import type { Interval, NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import { chiSquareQuantile, normalQuantile } from './distributions.ts';
import type { Moments } from './moments.ts';
import { standardDeviation } from './moments.ts';
import type { MovingRanges } from './series.ts';
import { sigmaWithin } from './series.ts';

/** The limits of a specification; null for a side without one. A physical bound, such as 0 mA, is not a limit. */
export interface SpecLimits {
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface CapabilityIndex {
  readonly value: number;
  readonly interval: Interval;
  readonly atLeast: number;
  readonly atMost: number;
}

export interface CapabilityFigures {
  readonly kind: 'capability';
  readonly count: number;
  readonly mean: number;
  readonly sigmaOverall: number;
  readonly sigmaWithin: number | null;
  readonly ppk: CapabilityIndex;
  readonly pp: CapabilityIndex | null;
  readonly cpk: CapabilityIndex | null;
  readonly cp: CapabilityIndex | null;
  readonly isUncertain: boolean;
  readonly verdict: 'capable' | 'notCapable' | 'undecided';
}

export type Capability =
  | CapabilityFigures
  | TooFew
  | NoVariation
  | { readonly kind: 'noLimits' }
  | { readonly kind: 'tooManyOutOfRange'; readonly count: number; readonly total: number };

/** Each part can be merged from those of single days. Moving ranges are null if the order of the values is unknown. */
export interface CapabilityData {
  readonly moments: Moments;
  readonly movingRanges: Pick<MovingRanges, 'count' | 'sum'> | null;
  readonly outOfRange: number;
}

export const fewestForCapability = 10;
const fewestForCertainty = 30;
const capableFrom = 1.33;
const mostOutOfRange = 0.01;
/**
 * A moving range has less information than a standard deviation: simulated, the degrees of freedom of the mean of n - 1 of
 * them are 17.7 for n = 30 and 59.9 for n = 100. Intervals with n - 1, as Minitab has, are too narrow.
 */
const degreesPerMovingRange = 0.61;

/** Returns Pp, Ppk, Cp and Cpk (NIST e-Handbook 6.1.6) with their intervals. */
export function capabilityOf({ moments, movingRanges, outOfRange }: CapabilityData, limits: SpecLimits): Capability {
  const { count, mean } = moments;
  if (limits.lower === null && limits.upper === null) return { kind: 'noLimits' };
  const total = count + outOfRange;
  if (outOfRange > mostOutOfRange * total) return { kind: 'tooManyOutOfRange', count: outOfRange, total };
  if (count < fewestForCapability) return tooFew(count, fewestForCapability);
  const sigmaOverall = standardDeviation(moments) ?? 0;
  const overall = capabilityIndexes(mean, sigmaOverall, limits);
  if (overall === null) return { kind: 'noVariation', value: mean };

  const sigma = movingRanges && sigmaWithin(movingRanges);
  const within = sigma === null ? null : capabilityIndexes(mean, sigma, limits);
  const degreesWithin = degreesPerMovingRange * (movingRanges?.count ?? 0);
  const ppk = withBounds(overall.nearer, (confidence) => cpkInterval(overall.nearer, count, count - 1, confidence));
  return {
    kind: 'capability',
    count,
    mean,
    sigmaOverall,
    sigmaWithin: sigma,
    ppk,
    pp: spreadIndex(overall.spread, count - 1),
    cpk: within && withBounds(within.nearer, (level) => cpkInterval(within.nearer, count, degreesWithin, level)),
    cp: within && spreadIndex(within.spread, degreesWithin),
    isUncertain: count < fewestForCertainty,
    verdict: ppk.atLeast >= capableFrom ? 'capable' : ppk.atMost < capableFrom ? 'notCapable' : 'undecided',
  };
}

const spreadIndex = (value: number | null, degrees: number): CapabilityIndex | null =>
  value === null ? null : withBounds(value, (confidence) => cpInterval(value, degrees, confidence));

function withBounds(value: number, intervalAt: (confidence: number) => Interval): CapabilityIndex {
  // The ends of a 90 % interval are one-sided 95 % bounds.
  const { lower, upper } = intervalAt(0.9);
  return { value, interval: intervalAt(0.95), atLeast: lower, atMost: upper };
}

export interface CapabilityIndexes {
  readonly spread: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly nearer: number;
}

/** NIST e-Handbook 6.1.6. Null without a limit, and with so little variation that the interval of an index is infinite. */
export function capabilityIndexes(mean: number, sigma: number, limits: SpecLimits): CapabilityIndexes | null {
  const lower = limits.lower === null ? null : (mean - limits.lower) / (3 * sigma);
  const upper = limits.upper === null ? null : (limits.upper - mean) / (3 * sigma);
  const nearer = Math.min(lower ?? Infinity, upper ?? Infinity);
  const spread = lower === null || upper === null ? null : (lower + upper) / 2;
  // Without variation, an index is infinite or no number.
  const haveIntervals = [lower, upper, nearer].every((index) => index === null || Number.isFinite(index * index));
  return haveIntervals ? { spread, lower, upper, nearer } : null;
}

/** Returns the confidence interval of Cp or Pp (NIST e-Handbook 6.1.6). */
export const cpInterval = (cp: number, degrees: number, confidence = 0.95): Interval => ({
  lower: cp * Math.sqrt(chiSquareQuantile((1 - confidence) / 2, degrees) / degrees),
  upper: cp * Math.sqrt(chiSquareQuantile((1 + confidence) / 2, degrees) / degrees),
});

/** Returns the confidence interval of Cpk or Ppk (Bissell 1990). */
export function cpkInterval(cpk: number, count: number, degrees: number, confidence = 0.95): Interval {
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(1 / (9 * count) + (cpk * cpk) / (2 * degrees));
  return { lower: cpk - half, upper: cpk + half };
}

/** The quantiles between which six standard deviations of normal values lie. */
export const widthQuantiles = { lower: 0.00135, middle: 0.5, upper: 0.99865 } as const;
const fewestForQuantiles = 1000;

/** Returns Ppk for values that are not normal (ISO 22514-4, percentile method). @param quantileAt exact, or of a digest */
export function quantilePpk(
  count: number,
  quantileAt: (share: number) => number | null,
  limits: SpecLimits,
): { readonly kind: 'index'; readonly value: number } | TooFew | NoVariation | { readonly kind: 'noLimits' } {
  if (limits.lower === null && limits.upper === null) return { kind: 'noLimits' };
  if (count < fewestForQuantiles) return tooFew(count, fewestForQuantiles);
  const [low, middle, high] = [widthQuantiles.lower, widthQuantiles.middle, widthQuantiles.upper].map(quantileAt);
  if (low == null || middle == null || high == null) return tooFew(0, fewestForQuantiles);
  const lower = limits.lower === null ? Infinity : (middle - limits.lower) / (middle - low);
  const upper = limits.upper === null ? Infinity : (limits.upper - middle) / (high - middle);
  const value = Math.min(lower, upper);
  return Number.isFinite(value) ? { kind: 'index', value } : { kind: 'noVariation', value: middle };
}
