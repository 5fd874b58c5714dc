/** The count, mean, and spread of values, which can be merged: those of two days together follow from those of each day. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** The sums of the squared, cubed, and fourth powers of the differences from the mean. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

export const noMoments: Moments = { count: 0, mean: 0, m2: 0, m3: 0, m4: 0, minimum: null, maximum: null };

export const addValue = (moments: Moments, value: number): Moments =>
  mergeMoments(moments, { count: 1, mean: value, m2: 0, m3: 0, m4: 0, minimum: value, maximum: value });

export const momentsOf = (values: readonly number[]): Moments => values.reduce(addValue, noMoments);

export const meanOf = (values: readonly number[]): number => momentsOf(values).mean;

/** Chan, Golub, LeVeque 1979; third and fourth moment: Pébay 2008. For a single value this is Welford's formula. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  const step = delta / count;
  const term = delta * step * a.count * b.count;
  return {
    count,
    mean: a.mean + step * b.count,
    m2: a.m2 + b.m2 + term,
    m3: a.m3 + b.m3 + term * step * (a.count - b.count) + 3 * step * (a.count * b.m2 - b.count * a.m2),
    m4:
      a.m4 +
      b.m4 +
      term * step * step * (a.count * a.count - a.count * b.count + b.count * b.count) +
      6 * step * step * (a.count * a.count * b.m2 + b.count * b.count * a.m2) +
      4 * step * (a.count * b.m3 - b.count * a.m3),
    minimum: extreme(Math.min, a.minimum, b.minimum),
    maximum: extreme(Math.max, a.maximum, b.maximum),
  };
}

export const variance = ({ count, m2 }: Moments): number | null => (count < 2 ? null : m2 / (count - 1));

export function standardDeviation(moments: Moments): number | null {
  const squared = variance(moments);
  return squared === null ? null : Math.sqrt(squared);
}

export const skewness = ({ count, m2, m3 }: Moments): number | null =>
  finiteOrNull((Math.sqrt(count) * m3) / m2 ** 1.5);

export const excessKurtosis = ({ count, m2, m4 }: Moments): number | null => finiteOrNull((count * m4) / (m2 * m2) - 3);

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function extreme(pick: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : pick(a, b);
}
