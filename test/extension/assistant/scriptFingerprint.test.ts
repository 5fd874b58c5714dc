import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { fingerprintOf } from '../../../src/extension/assistant/scriptFingerprint.ts';

describe('the fingerprint of a script', () => {
  let folder: string;
  let script: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ts-fingerprint-')));
    script = write('tests/fvt1.py', 'import helper');
    write('lib/helper.py', 'LIMIT = 1');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const hash = async (more: readonly unknown[] = []): Promise<string> =>
    (await fingerprintOf(script, folder, more)).hash;

  it('changes with each Python file below the folder, whatever its time is', async () => {
    const time = new Date(0);
    const seen = new Set([await hash()]);
    for (const [name, text] of [
      ['tests/fvt1.py', 'import helpfr'],
      ['lib/helper.py', 'LIMIT = 2'],
      ['lib/deep/er/new.py', ''],
      ['lib/deep/er/new.PY', 'x'],
      ['.hidden/new.py', ''],
      ['venv/new.py', ''],
      ['env/pyvenv.cfg/x.py', ''],
    ] as const) {
      utimesSync(write(name, text), time, time);
      const now = await hash();
      assert.ok(!seen.has(now), name);
      seen.add(now);
    }
  });

  it('changes when text moves from one file to another, and with the settings of the run', async () => {
    write('a.py', 'one');
    write('b.py', 'two');
    const before = await hash();
    write('a.py', 'on');
    write('b.py', 'etwo');
    assert.notEqual(await hash(), before);
    assert.notEqual(await hash(['--fast']), await hash());
  });

  it('is the same for other files, bytecode and installed packages', async () => {
    const before = await hash();
    for (const name of [
      'notes.md',
      'lib/__pycache__/helper.py',
      '.venv/lib/site-packages/openhtf/x.py',
      '.git/hooks/x.py',
    ])
      write(name, 'x');
    assert.equal(await hash(), before);
  });

  it('follows links, also in a circle', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'ts-elsewhere-')));
    try {
      symlinkSync(elsewhere, join(folder, 'linked'));
      symlinkSync(folder, join(folder, 'circle'));
      symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.py'));
      const before = await hash();
      writeFileSync(join(elsewhere, 'new.py'), '');
      assert.notEqual(await hash(), before);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('is of the script alone, and incomplete, if there are too many files', async () => {
    for (let number = 0; number <= 2_000; number += 1) write(`many/${number}.py`, '');
    const before = await fingerprintOf(script, folder, []);
    assert.equal(before.isComplete, false);
    write('tests/fvt1.py', 'import other');
    assert.notEqual((await fingerprintOf(script, folder, [])).hash, before.hash);
  });
});
