import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { capabilityOf } from '../../../src/shared/statistics/capability.ts';
import { proposeLimits, verdictChanges } from '../../../src/shared/statistics/limitsProposal.ts';
import { momentsOf } from '../../../src/shared/statistics/moments.ts';
import { flowRate, michelson } from './publishedData.ts';
import { normalValues, published, randomNumbers, same, seed, withSeed } from './support.ts';

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

  it('is compared by the verdicts of past values', () => {
    const before = { lower: 0, upper: 10 };
    const values = [-1, 0, 1, 5, 9, 10, 11, NaN];
    assert.deepEqual(verdictChanges(values, before, { lower: 1, upper: 9 }), {
      passToFail: 2,
      failToPass: 0,
      unchanged: 6,
    });
    assert.deepEqual(verdictChanges(values, before, { lower: null, upper: 11 }), {
      passToFail: 0,
      failToPass: 2,
      unchanged: 6,
    });
    assert.deepEqual(verdictChanges(values, before, { lower: null, upper: null }), {
      passToFail: 0,
      failToPass: 3,
      unchanged: 5,
    });
  });

  it('has changes that add up over days and swap when turned around', () => {
    const limit = fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 5 }));
    const limits = fc.record({ lower: limit, upper: limit });
    const values = fc.array(fc.integer({ min: -7, max: 7 }), { maxLength: 30 });
    fc.assert(
      fc.property(values, values, limits, limits, (first, second, a, b) => {
        const [one, two, both] = [first, second, [...first, ...second]].map((list) => verdictChanges(list, a, b));
        const turned = verdictChanges([...first, ...second], b, a);
        assert.ok(one && two && both);
        assert.equal(both.passToFail, one.passToFail + two.passToFail);
        assert.equal(both.unchanged + both.passToFail + both.failToPass, first.length + second.length);
        assert.deepEqual([turned.passToFail, turned.failToPass], [both.failToPass, both.passToFail]);
      }),
      { seed },
    );
  });
});
