import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { applyEdits, limitsEdit } from '../../src/shared/script/limitsEdit.ts';
import { type GeneratedScript, generateScript } from './limitScripts.ts';

const count = Number(process.env['GENERATOR_COUNT'] ?? 200);
const seed = Number(process.env['GENERATOR_SEED'] ?? Math.floor(Math.random() * 1e9));
const [python = ''] = (process.env['TEST_PYTHONS'] ?? '').split(path.delimiter);
const declared = z.array(z.object({ limits: z.record(z.string(), z.unknown()), comments: z.array(z.string()) }));

function runInPython(sources: readonly string[]): z.infer<typeof declared> {
  const file = path.join(import.meta.dirname, 'declaredLimits.py');
  const input = JSON.stringify(sources);
  const { stdout, stderr, status } = spawnSync(python, [file], { input, encoding: 'utf8', maxBuffer: 1e9 });
  assert.equal(status, 0, stderr);
  return declared.parse(JSON.parse(stdout));
}

describe(`limits that are edited in ${count} random scripts (GENERATOR_SEED=${seed})`, () => {
  it('are those of one measurement, as Python reads the script, or are refused where the script decides so', () => {
    const scripts: GeneratedScript[] = [];
    const edited: { source: string; script: GeneratedScript }[] = [];
    let refused = 0;
    for (let index = 0; index < count; index += 1) {
      const script = generateScript(seed + index);
      const { source, target, wanted } = script;
      const answer = limitsEdit(source, target.phase, target.name, wanted);
      assert.equal(
        answer.kind,
        target.isEditable ? 'edit' : 'refused',
        `${JSON.stringify(answer)}\n${JSON.stringify(script.target)} ${JSON.stringify(wanted)}\n${source}`,
      );
      if (answer.kind === 'refused') {
        refused += 1;
        continue;
      }
      scripts.push(script);
      edited.push({ source: applyEdits(source, answer.edits), script });
    }
    assert.ok(refused > count / 20 && edited.length > count / 3, `${refused} refused, ${edited.length} edited`);
    const before = runInPython(scripts.map(({ source }) => source));
    const after = runInPython(edited.map(({ source }) => source));
    for (const [index, { source, script }] of edited.entries()) {
      const { target, wanted } = script;
      const key = `${target.phase}/${target.name}`;
      const { limits = {}, comments = [] } = before[index] ?? {};
      assert.ok(key in limits, `${key} is missing in\n${script.source}`);
      const context = `${key} ${JSON.stringify(wanted)}\n${script.source}\n--- edited\n${source}`;
      assert.deepEqual(
        after[index],
        { limits: { ...limits, [key]: target.expected(limits[key], wanted) }, comments },
        context,
      );
    }
  });
});
