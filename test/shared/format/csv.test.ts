import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { csvLine } from '../../../src/shared/format/csv.ts';

describe('a line of a CSV file', () => {
  it('quotes fields with commas, quotes and line ends', () => {
    assert.equal(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain']), '"a,b","say ""hi""","two\nlines",plain\r\n');
  });

  it('never contains a formula, and keeps numbers', () => {
    for (const text of [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      ' =1',
      '\t=1',
      '%1',
      '|x',
      '\n=1',
      '\0=1',
      '\0x',
      '\x1f@x',
      '＝1',
      ' ＠x',
      '－1',
    ]) {
      assert.match(csvLine([text, 'b']), /^"?'/, text);
    }
    assert.equal(csvLine([-3.3, true, undefined, null, 1e-9]), '-3.3,true,,,1e-9\r\n');
  });

  it('marks text that begins like a protected formula, so that the protection can be taken off', () => {
    assert.equal(csvLine(['=1', "'=1", "''=1", "'tis"]), "'=1,''=1,'''=1,'tis\r\n");
  });
});
