import type { Moments } from './moments.ts';

/** The moving ranges of values in their order, which can be joined with those of the values that follow. */
export interface MovingRanges {
  readonly first: number | null;
  readonly last: number | null;
  readonly count: number;
  readonly sum: number;
}

export const noMovingRanges: MovingRanges = { first: null, last: null, count: 0, sum: 0 };

export const movingRangesOf = (values: readonly number[]): MovingRanges =>
  values.reduce(
    (ranges, value) => joinMovingRanges(ranges, { first: value, last: value, count: 0, sum: 0 }),
    noMovingRanges,
  );

/** Returns the moving ranges of adjacent blocks of one segment: the step from one to the next is a range, too. */
export function joinMovingRanges(before: MovingRanges, after: MovingRanges): MovingRanges {
  if (before.last === null) return after;
  if (after.first === null) return before;
  return {
    first: before.first,
    last: after.last,
    count: before.count + after.count + 1,
    sum: before.sum + after.sum + Math.abs(after.first - before.last),
  };
}

export type PooledRanges = Pick<MovingRanges, 'count' | 'sum'>;

/** Returns the moving ranges of segments without the steps between them, for a mean over all. */
export const poolMovingRanges = (segments: readonly PooledRanges[]): PooledRanges => ({
  count: segments.reduce((total, { count }) => total + count, 0),
  sum: segments.reduce((total, { sum }) => total + sum, 0),
});

/** The mean moving range of two values is this many standard deviations (d2 for 2, NIST e-Handbook 6.3.2.2). */
const rangeFactor = 1.128;

export const sigmaWithin = ({ count, sum }: PooledRanges): number | null =>
  count === 0 ? null : sum / count / rangeFactor;

/** Returns the correlation of each value with the next (NIST e-Handbook 1.3.3.1); null if all values are equal. */
export function lag1Autocorrelation(values: readonly number[], { mean, m2 }: Moments): number | null {
  if (m2 === 0) return null;
  let sum = 0;
  let previous: number | null = null;
  for (const value of values) {
    if (previous !== null) sum += (previous - mean) * (value - mean);
    previous = value;
  }
  return sum / m2;
}
