import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { exceededLimit, maxDepth, maxObjects, maxValues } from '../../../src/shared/json/jsonLimits.ts';

describe('JSON from outside', () => {
  const isTooDeep = (json: string): boolean => exceededLimit(json)?.includes('levels deep') ?? false;
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

  it('may be nested so deep and no deeper', () => {
    for (const nested of [lists, objects]) {
      assert.equal(isTooDeep(nested(maxDepth)), false);
      assert.equal(isTooDeep(nested(maxDepth + 1)), true);
    }
    assert.equal(isTooDeep('['.repeat(maxDepth + 1)), true);
  });

  it('may be wider than it may be deep', () => {
    assert.equal(isTooDeep(`[${Array.from({ length: 1000 }, () => '[{}]').join()}]`), false);
  });

  it('may have so many values and objects, and no more', () => {
    const numbers = (count: number): string => `[${'1,'.repeat(count - 1)}1]`;
    const objects = (count: number): string => `[${'{},'.repeat(count - 1)}{}]`;
    assert.equal(exceededLimit(numbers(maxValues - 1)), null);
    assert.equal(exceededLimit(numbers(maxValues)), 'has more than 2,000,000 values');
    assert.equal(exceededLimit(objects(maxObjects)), null);
    assert.equal(exceededLimit(objects(maxObjects + 1)), 'has more than 200,000 objects');
    assert.equal(exceededLimit(JSON.stringify({ text: '{,'.repeat(maxValues) })), null);
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
