import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { trialOrder } from '../../../src/shared/analytics/trialOrder.ts';

const counts = { parts: 4, appraisers: 3, trials: 2 };

describe('the order of the runs of a gauge study', () => {
  it('has each part once for each appraiser in each trial, one appraiser after the other', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const plan = trialOrder(counts, seed);
      assert.equal(plan.length, 24);
      assert.equal(new Set(plan.map((each) => JSON.stringify(each))).size, 24);
      for (let start = 0; start < 24; start += 4) {
        const block = plan.slice(start, start + 4);
        assert.deepEqual(block.map(({ part }) => part).toSorted(), [0, 1, 2, 3]);
        assert.equal(new Set(block.map(({ appraiser }) => appraiser)).size, 1);
        assert.ok(block.every(({ trial }) => trial === (start < 12 ? 1 : 2)));
      }
      assert.deepEqual(trialOrder(counts, seed), plan);
    }
  });

  it('has every order equally often', () => {
    const seen = new Map<string, number>();
    const rounds = 4800;
    const count = (key: string): unknown => seen.set(key, (seen.get(key) ?? 0) + 1);
    for (let seed = 0; seed < rounds; seed += 1) {
      const plan = trialOrder(counts, seed);
      count(
        `parts ${plan
          .slice(0, 4)
          .map(({ part }) => part)
          .join()}`,
      );
      count(`appraisers ${[0, 4, 8].map((start) => plan[start]?.appraiser).join()}`);
    }
    const orders = (kind: string): number[] =>
      [...seen].filter(([key]) => key.startsWith(kind)).map(([, times]) => times);
    for (const [kind, possible] of [
      ['parts', 24],
      ['appraisers', 6],
    ] as const) {
      const times = orders(kind);
      assert.equal(times.length, possible);
      const expected = rounds / possible;
      // Six standard deviations of a binomial count.
      const most = 6 * Math.sqrt(expected);
      assert.ok(
        times.every((each) => Math.abs(each - expected) < most),
        `${kind}: ${times.join()}`,
      );
    }
  });
});
