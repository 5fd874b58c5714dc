import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { capabilityOf } from '../../../src/shared/statistics/capability.ts';
import { proposeLimits } from '../../../src/shared/statistics/limitsProposal.ts';
import { momentsOf } from '../../../src/shared/statistics/moments.ts';
import { flowRate, michelson } from './publishedData.ts';
import { normalValues, published, randomNumbers, same, withSeed } from './support.ts';

describe(`a proposal of limits (${withSeed})`, () => {
  it('is so many standard deviations from the mean', () => {
    const answer = proposeLimits(flowRate, { kind: 'sigmas', sigmas: 3 });
    assert.ok(answer.kind === 'limits');
    same(answer.lower, 50.81 - 3 * 2.033852, 1e-6);
    same(answer.upper, 50.81 + 3 * 2.033852, 1e-6);
    assert.equal(answer.count, 10);
  });

  it('is the quantiles', () => {
    const answer = proposeLimits(michelson, { kind: 'quantiles', lower: 0.05, upper: 0.95 });
    assert.ok(answer.kind === 'limits');
    published(answer.lower, '299.739000');
    published(answer.upper, '299.980000');
  });

  it('has the Ppk that was asked for', () => {
    const values = normalValues(80, randomNumbers(), 5, 0.2);
    for (const ppk of [1, 1.33, 2]) {
      for (const side of ['lower', 'upper', 'both'] as const) {
        const answer = proposeLimits(values, { kind: 'ppk', ppk }, side);
        assert.ok(answer.kind === 'limits');
        assert.deepEqual([answer.lower === null, answer.upper === null], [side === 'upper', side === 'lower']);
        const data = { moments: momentsOf(values), movingRanges: null, outOfRange: 0 };
        const capability = capabilityOf(data, answer);
        assert.ok(capability.kind === 'capability');
        same(capability.ppk.value, ppk);
      }
    }
  });

  it('needs enough values, and values that differ', () => {
    const sigmas = { kind: 'sigmas', sigmas: 3 } as const;
    assert.deepEqual(proposeLimits([1, 2, 3], sigmas), { kind: 'tooFew', count: 3, needed: 10 });
    assert.deepEqual(proposeLimits(new Array<number>(10).fill(0.1), sigmas), { kind: 'noVariation', value: 0.1 });
    const quantiles = { kind: 'quantiles', lower: 0.01, upper: 0.95 } as const;
    assert.deepEqual(proposeLimits(flowRate, quantiles), { kind: 'tooFew', count: 10, needed: 100 });
    assert.deepEqual(proposeLimits(flowRate, quantiles, 'upper'), { kind: 'tooFew', count: 10, needed: 20 });
  });
});
