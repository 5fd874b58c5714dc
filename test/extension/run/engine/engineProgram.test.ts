import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'mocha';
import { findEngine } from '../../../../src/extension/run/engine/engineProgram.ts';
import { findEnvironment, hasModule } from '../../../../src/extension/run/engine/procedureEnvironment.ts';
import { standIn } from './engineRun.ts';

describe('TofuPilot’s command line program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  after(() => rmSync(folder, { recursive: true }));

  const program = (answer: string): string => {
    const file = join(folder, `program-${answer.replaceAll(/\W/g, '')}`);
    writeFileSync(file, `#!/bin/sh\n${answer}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it('is recognized by its version, and distinguished from other programs of its name', async () => {
    assert.deepEqual(await findEngine(standIn), { path: standIn, version: '1.4.1' });
    assert.deepEqual(await findEngine('/nowhere/tofupilot'), { kind: 'missing' });
    assert.deepEqual(await findEngine(program('echo tofupilot 1.3.9')), { kind: 'old', version: '1.3.9' });
    assert.deepEqual(await findEngine(program('echo 2.26.1')), { kind: 'foreign', answer: '2.26.1' });
    assert.equal('kind' in (await findEngine(program('exit 2'))), true);
    const later = program('echo tofupilot 2.0.0');
    assert.deepEqual(await findEngine(later), { path: later, version: '2.0.0' });
  });

  it('is not told the keys of the environment, and neither is a Python that is asked for a module', async () => {
    const before = process.env['TOFUPILOT_API_KEY'];
    process.env['TOFUPILOT_API_KEY'] = 'secret';
    try {
      assert.deepEqual(await findEngine(program('echo "1.0 [$TOFUPILOT_API_KEY]"')), {
        kind: 'foreign',
        answer: '1.0 []',
      });
      assert.equal(await hasModule(program('test -z "$TOFUPILOT_API_KEY"'), 'debugpy'), true);
    } finally {
      if (before === undefined) delete process.env['TOFUPILOT_API_KEY'];
      else process.env['TOFUPILOT_API_KEY'] = before;
    }
  });

  it('uses the environment venv of the folder, or that beside the nearest pyproject.toml', () => {
    const procedure = join(folder, 'project', 'procedure');
    const bin = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
    mkdirSync(procedure, { recursive: true });
    assert.deepEqual(findEnvironment(procedure), { folder: join(procedure, 'venv'), python: null });
    mkdirSync(join(folder, 'project', 'venv', bin, '..'), { recursive: true });
    writeFileSync(join(folder, 'project', 'venv', bin), '');
    writeFileSync(join(folder, 'project', 'pyproject.toml'), '');
    assert.equal(findEnvironment(procedure).python, join(folder, 'project', 'venv', bin));
  });
});
