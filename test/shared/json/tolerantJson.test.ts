import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseTolerantJson } from '../../../src/shared/json/tolerantJson.ts';

describe('JSON as Python writes it', () => {
  it('may have bare NaN and Infinity, which become the words of OpenHTF', () => {
    assert.deepEqual(parseTolerantJson('{"a":[NaN,Infinity,-Infinity,-1]}'), { a: ['nan', 'inf', '-inf', -1] });
  });

  it('keeps these words inside of texts', () => {
    const text = String.raw`{"NaN":"say \"NaN\", -Infinity\\","b":NaN}`;
    assert.deepEqual(parseTolerantJson(text), { NaN: String.raw`say "NaN", -Infinity\ `.trim(), b: 'nan' });
  });

  it('may hold texts of many megabytes', () => {
    const long = 'x'.repeat(20_000_000);
    assert.deepEqual(parseTolerantJson(`["${long}",NaN]`), [long, 'nan']);
  });

  it('is still JSON', () => {
    for (const text of ['', '{', '{a:1}', '[nan]', '[1,]']) assert.throws(() => parseTolerantJson(text), SyntaxError);
  });
});
