import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type Digest,
  digestCount,
  digestOf,
  digestQuantile,
  mergeDigests,
} from '../../../src/shared/statistics/digest.ts';
import { sorted } from '../../../src/shared/statistics/quantile.ts';
import { near, normalValues, quantile, randomNumbers, seed, withSeed } from './support.ts';

const shapes: Record<string, (random: () => number, index: number) => number> = {
  uniform: (random) => random(),
  normal: (random) => normalValues(1, random)[0] ?? 0,
  skewed: (random) => Math.exp(2 * (normalValues(1, random)[0] ?? 0)),
  rising: (_, index) => index,
  'in two groups': (random) => (random() < 0.3 ? random() : 1000 + random()),
  coarse: (random) => Math.round(20 * random()),
};
const shares = [0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1];

/** Fails unless the quantile has the rank that was asked for. Ties span several ranks, and an estimate may be between. */
function hasRank(ordered: readonly number[], value: number | null, share: number, step = 0): void {
  assert.ok(value !== null);
  // Half of what a centroid spans at this share.
  const tolerance = Math.max(0.0005, (Math.PI / 200) * Math.sqrt(share * (1 - share)));
  const below = ordered.filter((each) => each < value - step).length / ordered.length;
  const upTo = ordered.filter((each) => each <= value + step).length / ordered.length;
  assert.ok(below - tolerance <= share && share <= upTo + tolerance, `${share}: ${below} to ${upTo}`);
}

describe(`a digest (${withSeed})`, () => {
  it('is exact up to 500 values, however they came together', () => {
    const blocks = fc.array(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(blocks, fc.double({ min: 0, max: 1, noNaN: true }), (days, share) => {
        const all = days.flat();
        const merged = mergeDigests(days.map(digestOf));
        assert.equal(merged.kind, 'exact');
        assert.equal(digestQuantile(merged, share), quantile(all, share));
        assert.deepEqual(mergeDigests(days.toReversed().map(digestOf)), merged);
        assert.deepEqual(
          days.map(digestOf).reduce((sum, day) => mergeDigests([sum, day]), digestOf([])),
          merged,
        );
      }),
      { seed, numRuns: 300 },
    );
  });

  for (const [name, shape] of Object.entries(shapes)) {
    it(`has quantiles of the right rank for values that are ${name}, at once and by day`, () => {
      const random = randomNumbers();
      const values = Array.from({ length: 20_000 }, (_, index) => shape(random, index));
      const ordered = sorted(values);
      const days = Array.from({ length: 90 }, (_, day) => values.filter((_, index) => index % 90 === day));
      const unequal = [values.slice(0, 3), values.slice(3, 700), values.slice(700, 701), values.slice(701)];
      const whole = digestOf(values);
      const all: Digest[] = [
        whole,
        mergeDigests(days.map(digestOf)),
        mergeDigests(unequal.map(digestOf)),
        days.map(digestOf).reduce((sum, day) => mergeDigests([sum, day]), digestOf([])),
      ];
      for (const digest of all) {
        assert.ok(digest.kind === 'centroids');
        assert.equal(digestCount(digest), values.length);
        assert.ok(digest.means.length <= 200, `${digest.means.length} centroids`);
        for (const share of shares) hasRank(ordered, digestQuantile(digest, share), share, name === 'coarse' ? 1 : 0);
        assert.equal(digestQuantile(digest, 0), ordered[0]);
        assert.equal(digestQuantile(digest, 1), ordered.at(-1));
        const steps = Array.from({ length: 201 }, (_, index) => digestQuantile(digest, index / 200) ?? NaN);
        assert.ok(steps.every((value, index) => index === 0 || value >= (steps[index - 1] ?? 0)));
      }
      assert.deepEqual(mergeDigests(days.toReversed().map(digestOf)), all[1]);
    });
  }

  it('stays small and right when a day is added 1000 times', () => {
    const random = randomNumbers();
    let sum: Digest = digestOf([]);
    const values: number[] = [];
    for (let day = 0; day < 1000; day += 1) {
      const own = normalValues(20, random);
      values.push(...own);
      sum = mergeDigests([sum, digestOf(own)]);
    }
    assert.ok(sum.kind === 'centroids' && sum.means.length <= 200);
    const ordered = sorted(values);
    assert.deepEqual([digestQuantile(sum, 0), digestQuantile(sum, 1)], [ordered[0], ordered.at(-1)]);
    for (const share of shares) hasRank(ordered, digestQuantile(sum, share), share);
  });

  it('is exact at both ends, where each value has a centroid of its own', () => {
    const digest = digestOf(Array.from({ length: 1001 }, (_, index) => index + 5));
    for (const rank of [0, 0.5, 1, 2, 998, 999, 999.5, 1000]) near(digestQuantile(digest, rank / 1000), rank + 5, 1e-9);
    assert.ok(digest.kind === 'centroids' && digest.weights.every((weight) => weight > 0));
    assert.equal(digestCount(digest), 1001);
    assert.equal(digestCount(digestOf([1, 2, 3])), 3);
    const kinds = [500, 501].map((count) => digestOf(Array.from({ length: count }, (_, index) => index)).kind);
    assert.deepEqual(kinds, ['exact', 'centroids']);
  });

  it('has the least and the greatest value, also if other centroids have a lower or a higher mean', () => {
    const digest: Digest = { kind: 'centroids', minimum: 1, maximum: 9, means: [4, 5, 6], weights: [1, 300, 1] };
    assert.deepEqual([digestQuantile(digest, 0), digestQuantile(digest, 1)], [1, 9]);
    // Between an end and the middle of the centroid that has it, values are linear.
    const heavyEnd: Digest = { kind: 'centroids', minimum: 4, maximum: 9, means: [4, 5], weights: [1, 10] };
    near(digestQuantile(heavyEnd, 0.8), 5 + (4 * (8 - 5.5)) / (10 - 5.5), 1e-12);
    const heavyStart: Digest = { kind: 'centroids', minimum: 1, maximum: 6, means: [5, 6], weights: [10, 1] };
    near(digestQuantile(heavyStart, 0.2), 1 + (4 * 2) / 4.5, 1e-12);
    for (const [values, ends] of [
      [
        [0, 3, 12],
        [0, 12],
      ],
      [
        [4, 5],
        [1, 9],
      ],
    ] as const) {
      const merged = mergeDigests([digest, digestOf(values)]);
      assert.ok(merged.kind === 'centroids');
      assert.deepEqual([merged.minimum, merged.maximum], ends);
    }
  });

  it('keeps equal values equal', () => {
    const digest = digestOf(new Array<number>(5000).fill(0.1));
    for (const share of shares) near(digestQuantile(digest, share), 0.1, 0);
  });

  it('refuses a share outside of 0 to 1', () => {
    for (const count of [5, 5000]) {
      const digest = digestOf(normalValues(count, randomNumbers()));
      for (const share of [-0.1, 1.1, NaN]) assert.throws(() => digestQuantile(digest, share), RangeError);
    }
  });
});
