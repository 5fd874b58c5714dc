import { checkShare, sortedQuantile } from './quantile.ts';

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

export const digestOf = (values: readonly number[]): Digest => mergeDigests([{ kind: 'exact', values }]);

export const digestCount = (digest: Digest): number =>
  digest.kind === 'exact' ? digest.values.length : digest.weights.reduce((sum, weight) => sum + weight, 0);

/** Returns the digest of all values (merging t-digest with the arcsine scale, Dunning and Ertl 2019). */
export function mergeDigests(digests: readonly Digest[]): Digest {
  const exact = digests.flatMap((digest) => (digest.kind === 'exact' ? [digest.values] : []));
  const compressed = digests.filter((digest) => digest.kind === 'centroids');
  const values = joined(exact).sort();
  if (compressed.length === 0 && values.length <= mostExactValues) return { kind: 'exact', values: Array.from(values) };
  const centroids = compressed
    .flatMap(({ means, weights }) => means.map((mean, index) => ({ mean, weight: weights[index] ?? 0 })))
    .sort((a, b) => a.mean - b.mean || a.weight - b.weight);
  const ends = [
    ...values.slice(0, 1),
    ...values.slice(-1),
    ...compressed.flatMap((each) => [each.minimum, each.maximum]),
  ];
  return { kind: 'centroids', minimum: Math.min(...ends), maximum: Math.max(...ends), ...compress(values, centroids) };
}

function joined(lists: readonly (readonly number[])[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all;
}

interface Centroid {
  readonly mean: number;
  readonly weight: number;
}

/** Joins neighbors in ascending lists up to 1 on the arcsine scale, without an object for each of millions of values. */
function compress(values: Float64Array, centroids: readonly Centroid[]): { means: number[]; weights: number[] } {
  const total = centroids.reduce((sum, { weight }) => sum + weight, values.length);
  const means: number[] = [];
  const weights: number[] = [];
  let [before, mean, weight, end] = [0, 0, 0, endOfCentroid(0, total)];
  const add = (nextMean: number, nextWeight: number): void => {
    const together = weight + nextWeight;
    if (weight > 0 && before + together <= end) {
      mean += ((nextMean - mean) * nextWeight) / together;
      weight = together;
      return;
    }
    if (weight > 0) {
      means.push(mean);
      weights.push(weight);
      before += weight;
      end = endOfCentroid(before, total);
    }
    mean = nextMean;
    weight = nextWeight;
  };
  let index = 0;
  for (const centroid of centroids) {
    for (; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      if (value > centroid.mean) break;
      add(value, 1);
    }
    add(centroid.mean, centroid.weight);
  }
  for (; index < values.length; index += 1) add(values[index] ?? 0, 1);
  means.push(mean);
  weights.push(weight);
  return { means, weights };
}

/** Returns up to which count of all values the centroid extends that begins after the first `before` ones. */
function endOfCentroid(before: number, total: number): number {
  const angle = Math.acos(1 - (2 * before) / total) + Math.PI / scale;
  return angle >= Math.PI ? total : (total / 2) * (1 - Math.cos(angle));
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
