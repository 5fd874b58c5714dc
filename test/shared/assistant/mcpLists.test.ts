import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { serverPrompts } from '../../../src/shared/assistant/serverPrompts.ts';
import { serverResources } from '../../../src/shared/assistant/serverResources.ts';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { toolSchema } from '../../../src/shared/assistant/toolSchema.ts';

/** Models of several vendors accept these. */
const keywords = ['type', 'properties', 'required', 'additionalProperties', 'description', 'items', 'enum', 'anyOf'];
const inputKeywords = keywords.filter((keyword) => keyword !== 'anyOf');

/** Yields each schema of a JSON schema with its place. */
function* schemasIn(schema: unknown, place: string): Generator<[place: string, schema: Record<string, unknown>]> {
  const { success, data } = z.record(z.string(), z.unknown()).safeParse(schema);
  if (!success) return;
  yield [place, data];
  const properties = z.record(z.string(), z.unknown()).safeParse(data.properties).data ?? {};
  for (const [name, each] of Object.entries(properties)) yield* schemasIn(each, `${place}.${name}`);
  yield* schemasIn(data.items, `${place}[]`);
  for (const each of z.array(z.unknown()).safeParse(data.anyOf).data ?? []) yield* schemasIn(each, place);
}

describe('the tools of the MCP server', () => {
  const names = serverTools.map(({ name }) => name);

  it('have names of their own, which all clients accept and which fit the limits of their lists', () => {
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length <= 40, `${names.length} tools`);
    for (const name of names) assert.match(name, /^[a-z]+(_[a-z]+)+$/);
  });

  for (const tool of serverTools) {
    it(`${tool.name} is described for models and for people`, () => {
      assert.ok(
        tool.description.length >= 80 && tool.description.length <= 900,
        `${tool.description.length} characters`,
      );
      assert.match(tool.description, /^[A-Z].*\.$/s);
      assert.match(tool.title, /^[A-Z]\w+( \w+)+$/);
    });

    it(`${tool.name} has schemas that all models accept, and describes each input`, () => {
      for (const [schema, allowed] of [
        [toolSchema(tool.input), inputKeywords],
        [toolSchema(tool.output), keywords],
      ] as const) {
        for (const [place, each] of schemasIn(schema, tool.name)) {
          const others = Object.keys(each).filter((keyword) => !allowed.includes(keyword));
          assert.deepEqual(others, [], `${place}: ${others.join()}`);
        }
      }
      for (const [name, each] of Object.entries(tool.input.shape)) {
        assert.ok(z.globalRegistry.get(each)?.description, `${tool.name}.${name} has no description`);
      }
    });

    it(`${tool.name} says whether it changes something, and has no name that promises the contrary`, () => {
      const isReading = /^(list|find|get|compare|top|measurement|suggest|station)_/.test(tool.name);
      assert.equal(tool.isReadOnly, isReading);
      assert.doesNotMatch(tool.name, /delete|remove|key|start|run_script|answer/);
    });
  }
});

describe('the addresses and prompts of the MCP server', () => {
  it('have names of their own and descriptions', () => {
    const all = [...serverResources, ...serverPrompts];
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    for (const { name, title, description } of all) {
      assert.match(name, /^[a-z]+(_[a-z]+)*$/);
      assert.ok(title.length > 0 && description.length >= 40);
    }
  });
});
