import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ValidatorAnswer } from '../../../src/shared/contract/runs.ts';
import { limitsBar, limitsOf } from '../../../src/shared/run/limits.ts';

const rule = (operator: string, expected_value: unknown, is_decisive = true): ValidatorAnswer => ({
  operator,
  expected_value,
  is_decisive,
  outcome: 'PASS',
  expression: `x ${operator} ${String(expected_value)}`,
  is_expression_only: false,
  analytics_expression: null,
  has_custom_expression: false,
});
const range = [rule('>=', 3), rule('<=', 5)];
const near = (actual: number | null | undefined, expected: number): void =>
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-9, `${actual} is not ${expected}`);

describe('limits', () => {
  it('are the narrowest of several rules; those that only warn are told apart', () => {
    assert.deepEqual(limitsOf([...range, rule('>', 3.5), rule('<', 4.5, false), rule('matches', 'x')]), {
      lower: 3.5,
      upper: 5,
      marginalLower: null,
      marginalUpper: 4.5,
    });
    assert.deepEqual([limitsOf([rule('==', 2)]).lower, limitsOf([rule('==', 2)]).upper], [2, 2]);
    assert.equal(limitsOf([rule('>=', '3')]).lower, null);
  });

  it('place the value between them', () => {
    const bar = limitsBar(limitsOf(range), 4);
    near(bar?.lower, 0.2);
    near(bar?.upper, 0.8);
    near(bar?.value, 0.5);
    assert.equal(bar?.beyond, null);
  });

  it('show a value outside in its place, and one far outside at the end of the bar', () => {
    assert.equal(limitsBar(limitsOf(range), 5.2)?.beyond, null);
    assert.ok((limitsBar(limitsOf(range), 5.2)?.value ?? 0) > 0.8);
    assert.deepEqual([limitsBar(limitsOf(range), 50)?.value, limitsBar(limitsOf(range), 50)?.beyond], [1, 'high']);
    assert.deepEqual([limitsBar(limitsOf(range), -50)?.value, limitsBar(limitsOf(range), -50)?.beyond], [0, 'low']);
  });

  it('reach as far as the value needs where there is only one', () => {
    for (const [limit, value, good] of [
      ['>=', 812, true],
      ['>=', 90, false],
      ['<=', 812, false],
      ['<=', 90, true],
    ] as const) {
      const bar = limitsBar(limitsOf([rule(limit, 100)]), value);
      const at = bar?.lower ?? bar?.upper ?? NaN;
      assert.equal((bar?.value ?? NaN) > at, value > 100, `${limit} ${value}`);
      assert.equal(bar?.beyond, null);
      assert.equal(limit === '>=' ? value >= 100 : value <= 100, good);
    }
  });

  it('are drawn where limit and value are the same, and are zero', () => {
    near(limitsBar(limitsOf([rule('==', 0)]), 0)?.value, 0.5);
    near(limitsBar(limitsOf([rule('>=', 0)]), 0)?.value, 0.2);
  });

  it('are not drawn for what is no number or has none', () => {
    assert.equal(limitsBar(limitsOf(range), 'text'), null);
    assert.equal(limitsBar(limitsOf(range), NaN), null);
    assert.equal(limitsBar(limitsOf([]), 4), null);
  });
});
