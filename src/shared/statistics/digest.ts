import { checkShare, sorted, sortedQuantile } from './quantile.ts';

/** The distribution of many values in few numbers, from which quantiles are estimated; exact for up to 500 values. */
export type Digest =
  | { readonly kind: 'exact'; readonly values: readonly number[] }
  | {
      readonly kind: 'centroids';
      readonly minimum: number;
      readonly maximum: number;
      /** In ascending order. Each stands for as many neighboring values as its weight. */
      readonly means: readonly number[];
      readonly weights: readonly number[];
    };

export const mostExactValues = 500;
/** Twice this number of centroids is never exceeded. About 120 are usual. */
const scale = 100;

export const noDigest: Digest = { kind: 'exact', values: [] };

export const digestOf = (values: readonly number[]): Digest => mergeDigests([{ kind: 'exact', values }]);

export const digestCount = (digest: Digest): number =>
  digest.kind === 'exact' ? digest.values.length : digest.weights.reduce((sum, weight) => sum + weight, 0);

/** Returns the digest of all values (merging t-digest with the arcsine scale, Dunning and Ertl 2019). */
export function mergeDigests(digests: readonly Digest[]): Digest {
  const exact = digests.flatMap((digest) => (digest.kind === 'exact' ? [digest.values] : []));
  const compressed = digests.filter((digest) => digest.kind === 'centroids');
  const values = sorted(exact.flat());
  if (compressed.length === 0 && values.length <= mostExactValues) return { kind: 'exact', values };
  const centroids = [
    ...values.map((mean) => ({ mean, weight: 1 })),
    ...compressed.flatMap(({ means, weights }) => means.map((mean, index) => ({ mean, weight: weights[index] ?? 0 }))),
  ].sort((a, b) => a.mean - b.mean || a.weight - b.weight);
  const ends = [
    ...values.slice(0, 1),
    ...values.slice(-1),
    ...compressed.flatMap((each) => [each.minimum, each.maximum]),
  ];
  return { kind: 'centroids', minimum: Math.min(...ends), maximum: Math.max(...ends), ...compress(centroids) };
}

function compress(centroids: readonly { mean: number; weight: number }[]): { means: number[]; weights: number[] } {
  const total = centroids.reduce((sum, { weight }) => sum + weight, 0);
  const position = (weightBelow: number): number => scale * (Math.asin((2 * weightBelow) / total - 1) / Math.PI + 0.5);
  const means: number[] = [];
  const weights: number[] = [];
  let before = 0;
  let current = { mean: 0, weight: 0 };
  const close = (): void => {
    means.push(current.mean);
    weights.push(current.weight);
    before += current.weight;
  };
  for (const { mean, weight } of centroids) {
    const together = current.weight + weight;
    const isFull = current.weight > 0 && position(Math.min(total, before + together)) - position(before) > 1;
    if (current.weight === 0 || isFull) {
      if (isFull) close();
      current = { mean, weight };
    } else {
      current = { mean: current.mean + ((mean - current.mean) * weight) / together, weight: together };
    }
  }
  close();
  return { means, weights };
}

/**
 * Returns a quantile, as `sortedQuantile` does: exact for up to 500 values, then an estimate. Its rank is off by less than
 * 0.8 % of the values at the median and 0.2 % at 1 % and 99 %. Among few distinct values, it may be between two. Null
 * without a value.
 */
export function digestQuantile(digest: Digest, share: number): number | null {
  if (digest.kind === 'exact') return sortedQuantile(digest.values, share);
  checkShare(share);
  const position = share * (digestCount(digest) - 1);
  // A value that came later may be below the mean of the centroid that has the minimum.
  if (share === 0) return digest.minimum;
  if (share === 1) return digest.maximum;
  let [lastPosition, lastMean, before] = [0, digest.minimum, 0];
  for (const [index, weight] of digest.weights.entries()) {
    const mean = digest.means[index] ?? lastMean;
    const middle = before + (weight - 1) / 2;
    if (position <= middle) return between(position, lastPosition, lastMean, middle, mean);
    [lastPosition, lastMean, before] = [middle, mean, before + weight];
  }
  return between(position, lastPosition, lastMean, before - 1, digest.maximum);
}

const between = (at: number, from: number, fromValue: number, to: number, toValue: number): number =>
  at >= to ? toValue : fromValue + ((toValue - fromValue) * (at - from)) / (to - from);
