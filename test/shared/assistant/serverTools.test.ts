import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { toolSchema } from '../../../src/shared/assistant/toolSchema.ts';

const keywords = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'enum', 'const', 'description'],
]);

const fields = z.record(
  z.string(),
  z.object({ description: z.string().optional(), enum: z.array(z.string()).optional() }),
);

/** Returns the keywords of a schema and of those in it. */
function keywordsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]: [string, unknown]) => {
    if (keyword === 'properties' && typeof value === 'object' && value !== null) {
      return [keyword, ...Object.values(value).flatMap(keywordsIn)];
    }
    return [keyword, ...(Array.isArray(value) ? value.flatMap(keywordsIn) : keywordsIn(value))];
  });
}

describe('the list of server tools', () => {
  for (const { name, title, description, input, output, isReadOnly } of serverTools) {
    it(`describes ${name} as clients and models need it`, () => {
      assert.match(name, /^[a-z]+(_[a-z]+)+$/);
      assert.match(title, /^[A-Z][a-z]+( [A-Z][a-z]+)+$/);
      assert.equal(title.toLowerCase().replaceAll(' ', '_'), name);
      assert.ok(description.length >= 80 && description.length <= 900, `${description.length} characters`);
      assert.match(description, /\.$/);
      assert.equal(isReadOnly, !/^(create|link)_/.test(name));
      for (const schema of [toolSchema(input), toolSchema(output)]) {
        assert.deepEqual(
          keywordsIn(schema).filter((keyword) => !keywords.has(keyword)),
          [],
        );
      }
      for (const [field, schema] of Object.entries(fields.parse(toolSchema(input)['properties']))) {
        assert.ok(schema.description ?? schema.enum, `${field} has neither a description nor values`);
      }
    });
  }

  it('has each name once, and takes no path, address or key', () => {
    const names = serverTools.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const inputs = serverTools.flatMap(({ input }) => Object.keys(input.shape));
    assert.deepEqual(
      inputs.filter((field) => /path|url|address|key|token|secret|file/.test(field)),
      [],
    );
  });
});
