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
  it('returns the narrowest limits of several rules, and marginal limits separately', () => {
    assert.deepEqual(limitsOf([...range, rule('>', 3.5), rule('<', 4.5, false), rule('matches', 'x')]), {
      lower: 3.5,
      upper: 5,
      marginalLower: null,
      marginalUpper: 4.5,
    });
    assert.deepEqual([limitsOf([rule('==', 2)]).lower, limitsOf([rule('==', 2)]).upper], [2, 2]);
    assert.equal(limitsOf([rule('>=', '3')]).lower, null);
  });

  it('places a value between its limits', () => {
    const bar = limitsBar(limitsOf(range), 4);
    near(bar?.lower, 0.2);
    near(bar?.upper, 0.8);
    near(bar?.value, 0.5);
    assert.equal(bar?.beyond, null);
  });

  it('places a value outside its limits, at most at the end of the bar', () => {
    assert.equal(limitsBar(limitsOf(range), 5.2)?.beyond, null);
    assert.ok((limitsBar(limitsOf(range), 5.2)?.value ?? 0) > 0.8);
    assert.deepEqual([limitsBar(limitsOf(range), 50)?.value, limitsBar(limitsOf(range), 50)?.beyond], [1, 'high']);
    assert.deepEqual([limitsBar(limitsOf(range), -50)?.value, limitsBar(limitsOf(range), -50)?.beyond], [0, 'low']);
  });

  it('draws the bar as long as the value needs if there is one limit', () => {
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

  it('draws a bar if limit and value are equal or zero', () => {
    near(limitsBar(limitsOf([rule('==', 0)]), 0)?.value, 0.5);
    near(limitsBar(limitsOf([rule('>=', 0)]), 0)?.value, 0.2);
  });

  it('draws no bar without a number or without limits', () => {
    assert.equal(limitsBar(limitsOf(range), 'text'), null);
    assert.equal(limitsBar(limitsOf(range), NaN), null);
    assert.equal(limitsBar(limitsOf([]), 4), null);
  });
});
