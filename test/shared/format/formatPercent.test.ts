import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatPercent, formatWholePercent } from '../../../src/shared/format/formatPercent.ts';

describe('a percentage in words', () => {
  it('has two decimals except for none and all, in the language', () => {
    for (const [percent, words] of [
      [100, '100%'],
      [99.99, '99.99%'],
      [99.9, '99.90%'],
      [50, '50.00%'],
      [0.01, '0.01%'],
      [0, '0%'],
    ] as const) {
      assert.equal(formatPercent(percent, 'en'), words);
    }
    assert.equal(formatPercent(99.5, 'de'), '99,50\u00a0%');
    for (let steps = 0; steps <= 10_000; steps += 1) {
      const digits = steps % 10_000 === 0 ? String(steps / 100) : (steps / 100).toFixed(2);
      assert.equal(formatPercent(steps / 100, 'en'), `${digits}%`);
    }
  });

  it('can be whole', () => {
    for (let percent = 0; percent <= 100; percent += 1) assert.equal(formatWholePercent(percent, 'en'), `${percent}%`);
    assert.equal(formatWholePercent(98, 'de'), '98\u00a0%');
  });
});
