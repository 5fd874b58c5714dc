import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunnerMeasurement } from '../../../src/shared/contract/runner.ts';
import { toLiveMeasurement } from '../../../src/shared/live/liveMeasurement.ts';
import { currentLine, expectedOf, measurementLine, valueOf } from '../../../src/shared/live/measurementLine.ts';
import { limitsOf } from '../../../src/shared/run/limits.ts';
import { measuredText } from '../../../src/shared/run/results.ts';
import { parseValidator } from '../../../src/shared/run/validators.ts';

const measured = (value: unknown, outcome: string, ...validators: string[]): RunnerMeasurement => ({
  name: 'rail',
  outcome,
  measured_value: value,
  units: 'V',
  validators,
  docstring: null,
});

describe('the texts of a measurement', () => {
  it('shortens the digits of a measured value and shows its limits in words', () => {
    const failed = measured(5.296954532874218, 'FAIL', '4.9 <= x <= 5.1');
    assert.equal(measurementLine(failed), 'rail = 5.29695453 V, expected 4.9 ≤ x ≤ 5.1: FAIL');
    assert.deepEqual([valueOf(failed), expectedOf(failed)], ['5.29695453 V', '4.9 ≤ x ≤ 5.1 V']);
    assert.equal(measurementLine(measured(undefined, 'UNSET')), 'rail = not set: UNSET');
    assert.equal(measurementLine({ ...measured('GREEN', 'PASS'), units: null }), 'rail = GREEN: PASS');
  });

  it('says that a verdict follows, while the phase of a measurement with limits runs', () => {
    const pending = measured(3.3, 'UNSET', 'x >= 3.2');
    assert.equal(currentLine(pending), 'rail = 3.3 V, expected x ≥ 3.2: no verdict before the end of the phase');
    assert.match(measurementLine(pending), /: UNSET$/);
    assert.match(currentLine(measured(3.3, 'UNSET')), /: UNSET$/); // without limits, none follows
    assert.match(currentLine({ ...pending, outcome: 'FAIL' }), /: FAIL$/);
  });

  it('shows all digits of a value that rounding would move across a limit', () => {
    assert.equal(valueOf(measured(5.1000000000001, 'FAIL', '4.9 <= x <= 5.1')), '5.1000000000001 V');
    assert.equal(valueOf(measured(5.1, 'PASS', '4.9 <= x <= 5.1')), '5.1 V');
    const limits = limitsOf(parseValidator('x == 0.3'));
    assert.deepEqual(
      [0.1 + 0.2, 0.3, 0.4].map((value) => measuredText(value, limits)),
      ['0.30000000000000004', '0.3', '0.4'],
    );
    const { value } = toLiveMeasurement({
      name: 'rail',
      outcome: 'FAIL',
      value: 4.89999999999,
      units: 'V',
      validators: ['4.9 <= x'],
    });
    assert.equal(value, '4.89999999999');
  });

  it('shows that a passed value is marginal', () => {
    const range = '11.8 <= Marginal:11.9 <= x <= Marginal:12.04 <= 12.2';
    const line = (value: number, outcome = 'PASS'): string => measurementLine(measured(value, outcome, range));
    const expected = 'expected 11.8 ≤ x ≤ 12.2';
    assert.equal(line(11.85), `rail = 11.85 V, ${expected}: PASS, marginal (outside 11.9 ≤ x ≤ 12.04)`);
    assert.equal(line(12), `rail = 12 V, ${expected}: PASS`);
    assert.equal(line(12.3, 'FAIL'), `rail = 12.3 V, ${expected}: FAIL`);
    const one = (validator: string): string => measurementLine(measured(1, 'PASS', validator));
    assert.match(one('0 <= Marginal:2 <= x'), /marginal \(outside x ≥ 2\)$/);
    assert.match(one('x <= Marginal:0.5 <= 2'), /marginal \(outside x ≤ 0\.5\)$/);
    const isMarginal = (value: unknown, outcome = 'PASS'): boolean =>
      toLiveMeasurement({ name: '', outcome, value, units: null, validators: [range] }).is_marginal;
    assert.deepEqual(
      [isMarginal(11.85), isMarginal(12), isMarginal(12.1), isMarginal(9, 'FAIL'), isMarginal('x')],
      [true, false, true, false, false],
    );
  });

  it('shows a table of points by its length, without a unit', () => {
    const table = (...rows: number[][]) => {
      const { value, units } = toLiveMeasurement({
        name: 'sweep',
        outcome: 'PASS',
        value: rows,
        units: 'V',
        validators: [],
      });
      return [value, units];
    };
    assert.deepEqual(table([0, 1], [1, 2]), ['2 points', null]);
    assert.deepEqual(table([0, 1]), ['1 point', null]);
  });

  it('read a text of `equals` as that text, and other expressions as they are', () => {
    const read = (expression: string) => parseValidator(`'x' matches /${expression}/`).map((rule) => rule.expression);
    assert.deepEqual(read('^GREEN$'), ["x == 'GREEN'"]);
    assert.deepEqual(read('^v1\\.2\\+a\\ b\\-c/d$'), ["x == 'v1.2+a b-c/d'"]);
    assert.deepEqual(read('^$'), ["x == ''"]);
    for (const expression of ['GREEN', '^GREEN', '^v1.2$', '^a|b$', '^\\d$', '^[ab]$', '^a\\$', '^(a)$', '^a+$']) {
      assert.deepEqual(read(expression), [`x matches '${expression}'`]);
    }
  });
});
