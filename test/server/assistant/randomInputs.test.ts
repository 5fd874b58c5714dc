import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { type ToolSchema, toolSchema } from '../../../src/shared/assistant/toolSchema.ts';
import { serverFile } from '../../../src/shared/contract/local.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { adminKey, useServerProcess } from '../bench.ts';
import { send } from '../requests.ts';
import { runAt } from '../runs.ts';
import { newUserKey } from '../support.ts';

const seed = 16;
const inputsPerTool = 25;

const answer = z.object({
  result: z.object({
    isError: z.boolean().optional(),
    content: z.array(z.object({ text: z.string() })),
    structuredContent: z.unknown().optional(),
  }),
});

const fieldSchema = z.object({ type: z.string(), enum: z.array(z.string()).optional(), items: z.unknown().optional() });

/** Returns values of a field: some that exist, some that fit the schema, and some of another type. */
function valuesOf(schema: unknown, known: readonly string[]): fc.Arbitrary<unknown> {
  const { type, enum: options, items } = fieldSchema.parse(schema);
  const text = fc.oneof(
    fc.constantFrom(...known),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', ' ', '%', "'; drop table runs; --", '../../stations.db', '\u0000', '{}', '2026-01-01', 'null'),
    fc.constant('x'.repeat(2_000)),
  );
  const number = fc.oneof(fc.integer({ min: -2, max: 60 }), fc.double(), fc.constantFrom(1e308, -0, 2 ** 53, 0.5));
  const fitting: Record<string, fc.Arbitrary<unknown>> = {
    string: options === undefined ? text : fc.constantFrom(...options),
    number,
    integer: number,
    boolean: fc.boolean(),
    array: fc.array(items === undefined ? text : fc.constant(undefined).chain(() => valuesOf(items, known)), {
      maxLength: 4,
    }),
  };
  return fc.oneof({ weight: 6, arbitrary: fitting[type] ?? fc.jsonValue() }, { weight: 1, arbitrary: fc.jsonValue() });
}

function inputsOf(schema: ToolSchema, known: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const properties = z.record(z.string(), z.unknown()).parse(schema['properties']);
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valuesOf(each, known)]));
  const required = z.array(z.string()).parse(schema['required'] ?? []);
  return fc.record(fields, { requiredKeys: required });
}

describe('tools with random inputs', function () {
  this.timeout(300_000);
  const bench = useServerProcess();
  let known: string[] = [];
  let planted: string[] = [];
  const keys: string[] = [];

  before(async () => {
    const procedure = await bench.procedure('Functional test');
    const station = await bench.station('Bench 1', procedure);
    const created: string[] = [];
    for (const [index, outcome] of (['PASS', 'FAIL', 'PASS', 'ERROR'] as const).entries()) {
      const { id } = await station.client.call(runs.create, {
        body: {
          ...runAt(procedure, `SN-${index % 2}`, outcome, Date.now() - 60_000 + index * 5_000),
          phases: [
            {
              name: 'Power',
              outcome: outcome === 'ERROR' ? 'ERROR' : outcome,
              started_at: new Date(Date.now() - 60_000).toISOString(),
              ended_at: new Date(Date.now() - 59_000).toISOString(),
              measurements: [
                {
                  name: 'voltage',
                  outcome: outcome === 'PASS' ? 'PASS' : 'FAIL',
                  measured_value: 3.3 + index,
                  units: 'V',
                },
              ],
            },
          ],
          logs: [
            {
              level: 'ERROR',
              timestamp: new Date().toISOString(),
              message: 'the log of a script',
              source_file: 'test.py',
              line_number: 1,
            },
          ],
        },
      });
      created.push(id);
    }
    known = [
      ...created,
      station.id,
      procedure,
      'Bench 1',
      'Functional test',
      'SN-0',
      'SN-1',
      'Power',
      'voltage',
      'PCBA01',
    ];
    for (let count = 0; count < 2; count += 1) keys.push(await newUserKey(bench.folder));
    keys.push(adminKey);
    const { stop_token, assistant_token } = serverFile.parse(
      JSON.parse(readFileSync(join(bench.folder, 'server.json'), 'utf8')),
    );
    const secret = readFileSync(join(bench.folder, 'signing.secret'), 'utf8');
    planted = [...keys, station.key, stop_token ?? '', assistant_token ?? '', secret];
    assert.ok(planted.every((each) => each.length > 20));
  });

  for (const [index, tool] of serverTools.entries()) {
    it(`${tool.name} answers or refuses with a sentence, and has no key in its answer`, async () => {
      await fc.assert(
        fc.asyncProperty(inputsOf(toolSchema(tool.input), known), async (given) => {
          const key = keys[index % keys.length] ?? adminKey;
          const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool.name, arguments: given } };
          const headers = { accept: 'application/json, text/event-stream' };
          const { status, text } = await send(bench.server.url, 'POST', '/mcp', { key, body, headers });
          if (status === 400) return; // the JSON is nested too deep, or has a number that is none
          assert.equal(status, 200, text);
          const { result } = answer.parse(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text));
          const sentence = result.content[0]?.text ?? '';
          assert.doesNotMatch(sentence, /station server failed|Too many calls/);
          for (const secret of planted) assert.ok(!text.includes(secret));
          assert.doesNotMatch(text, /[?&](signature|token|expires)=/i);
          if (result.isError) assert.match(sentence, /[.!]$/);
          else tool.output.parse(result.structuredContent);
        }),
        { seed, numRuns: inputsPerTool },
      );
      assert.doesNotMatch(bench.server.stderr(), / failed:/);
    });
  }
});
