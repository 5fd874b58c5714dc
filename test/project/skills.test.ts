import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { editorTools } from '../../src/shared/assistant/editorTools.ts';
import { serverTools } from '../../src/shared/assistant/serverTools.ts';
import { readSkill } from '../../src/shared/assistant/skill.ts';
import { scanScript } from '../../src/shared/script/scriptScan.ts';

const root = join(import.meta.dirname, '..', '..');
const files = globSync('skills/*/SKILL.md', { cwd: root }).sort();
const manifest = z
  .object({ contributes: z.object({ chatSkills: z.array(z.object({ path: z.string() })) }) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const read = (file: string) => readSkill(readFileSync(join(root, file), 'utf8'));

describe('the skills of assistants', () => {
  it('are all in the manifest, by the name of their folder', () => {
    assert.deepEqual(
      manifest.contributes.chatSkills.map(({ path }) => path).sort(),
      files.map((file) => `./${file}`),
    );
    for (const file of files) assert.equal(read(file).name, basename(dirname(file)));
  });

  it('say when to use them, in what clients accept', () => {
    for (const file of files) {
      const { name, description, text } = read(file);
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(description, /\. Use it when /);
      assert.ok(description.length <= 1024 && text.split('\n').length < 500, file);
    }
  });

  it('name tools that exist', () => {
    const tools = new Set([...serverTools, ...editorTools].map(({ name }) => name));
    for (const file of files) {
      const named = [...read(file).text.matchAll(/[Cc]all `(\w+)`|then `(\w+)`|Offer `(\w+)`/g)].map((found) =>
        found.slice(1).find(Boolean),
      );
      assert.ok(named.length > 0, file);
      for (const name of named) assert.ok(tools.has(name ?? ''), `${file} names the tool ${name}`);
    }
  });

  it('have example scripts that the editor finds no problem in', () => {
    const scripts = files.flatMap((file) =>
      [...read(file).text.matchAll(/```python\n(.*?)```/gs)].map(([, code]) => code ?? ''),
    );
    assert.equal(scripts.length, 1);
    for (const code of scripts) {
      const scan = scanScript(code);
      assert.equal(scan.phases.length, 1);
    }
  });
});
