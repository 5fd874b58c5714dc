import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { serialNumberProblem } from '../../../src/shared/run/serialNumberFormat.ts';

describe('the format of serial numbers', () => {
  it('has to match the whole number, without the spaces that a scanner adds', () => {
    const format = 'SN-\\d{4}';
    for (const [text, expected] of [
      ['SN-0001', null],
      [' SN-0001\t', null],
      ['SN-00012', 'format'],
      ['XSN-0001', 'format'],
      ['sn-0001', 'format'],
      ['SN-0001\nSN-0002', 'format'],
      ['  ', 'empty'],
    ] as const) {
      assert.equal(serialNumberProblem(text, format), expected, JSON.stringify(text));
    }
  });

  it('applies to each of several alternatives as a whole', () => {
    assert.equal(serialNumberProblem('A1', 'A\\d|B\\d'), null);
    assert.equal(serialNumberProblem('xB1', 'A\\d|B\\d'), 'format');
    assert.equal(serialNumberProblem('A1x', 'A\\d|B\\d'), 'format');
  });

  it('allows any number if it is empty, and is reported if it is no regular expression', () => {
    assert.equal(serialNumberProblem('anything', ''), null);
    assert.equal(serialNumberProblem('', ''), 'empty');
    assert.equal(serialNumberProblem('SN-1', 'SN-('), 'invalidFormat');
  });
});
