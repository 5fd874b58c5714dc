import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deepest, isTooDeep } from '../../src/domain/nesting.ts';

describe('nested JSON', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

  it('may be so deep and no deeper', () => {
    for (const nested of [lists, objects]) {
      assert.equal(isTooDeep(nested(deepest)), false);
      assert.equal(isTooDeep(nested(deepest + 1)), true);
    }
    assert.equal(isTooDeep('['.repeat(deepest + 1)), true);
  });

  it('may be as wide as it likes', () => {
    assert.equal(isTooDeep(`[${Array.from({ length: 1000 }, () => '[{}]').join()}]`), false);
  });

  it('is not nested by what stands in texts', () => {
    const brackets = '['.repeat(1000);
    for (const text of [brackets, `"${brackets}`, `\\${brackets}`, `\\"${brackets}`, `a\\\\"${brackets}`]) {
      assert.equal(isTooDeep(JSON.stringify({ text })), false, text.slice(0, 10));
    }
    assert.equal(isTooDeep(`{"text":"\\\\",${brackets}`), true);
    assert.equal(isTooDeep(`"${brackets}`), false);
  });
});
