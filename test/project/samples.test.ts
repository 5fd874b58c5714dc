import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { scanScript } from '../../src/shared/script/scriptScan.ts';

const folder = join(import.meta.dirname, '..', '..', 'samples');
const scripts = globSync('*.py', { cwd: folder });
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

describe('the samples', () => {
  it('are all in their README, and no other', () => {
    const named = [...readme.matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name);
    assert.deepEqual(named.sort(), scripts.sort());
  });

  for (const script of scripts) {
    it(`name the procedure that the walkthrough links (${script})`, () => {
      assert.deepEqual(scanScript(readFileSync(join(folder, script), 'utf8')).procedureArguments, [
        { kind: 'named', id: 'FVT1' },
      ]);
    });
  }
});
