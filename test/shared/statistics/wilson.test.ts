import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { wilsonInterval } from '../../../src/shared/statistics/wilson.ts';
import { finite, near, published } from './support.ts';

describe('the interval of a share', () => {
  it('has the published values', () => {
    for (const [count, total, lower, upper] of [
      [2, 5, '0.117621', '0.769276'],
      [3, 7, '0.158220', '0.749542'],
      [95, 100, '0.888250', '0.978456'],
      [50, 50, '0.928652', '1'],
      [0, 10, '0', '0.277533'],
    ] as const) {
      const answer = wilsonInterval(count, total);
      assert.ok(answer.kind === 'share');
      published(answer.lower, lower);
      published(answer.upper, upper);
    }
  });

  it('is no data without a total', () => {
    assert.deepEqual(wilsonInterval(0, 0), { kind: 'noData' });
    for (const [count, total] of [
      [1, 0],
      [-1, 5],
      [6, 5],
      [NaN, 5],
    ] as const) {
      if (total > 0) assert.throws(() => wilsonInterval(count, total), RangeError);
    }
  });

  it('includes the share, is within 0 to 1, and has ends at which a score test would just not reject', () => {
    for (let total = 1; total <= 60; total += 1) {
      for (let count = 0; count <= total; count += 1) {
        const answer = wilsonInterval(count, total);
        assert.ok(answer.kind === 'share');
        finite(answer);
        assert.ok(
          answer.lower >= 0 && answer.lower <= answer.share && answer.share <= answer.upper && answer.upper <= 1,
        );
        const score = (p: number): number => Math.abs(answer.share - p) / Math.sqrt((p * (1 - p)) / total);
        if (count > 0) near(score(answer.lower), 1.959963984540054, 1e-9);
        if (count < total) near(score(answer.upper), 1.959963984540054, 1e-9);
      }
    }
  });
});
