import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import { birthOf, isStillAlive, type ProcessSystem } from '../../../src/extension/vscode/processes.ts';

/** A stand-in for another operating system, whose one process was started at `start`; null: it does not answer. */
const systemOf = (platform: NodeJS.Platform, start: string | null, isAlive = true): ProcessSystem => ({
  platform,
  read: () => Promise.reject(new Error('no such file')),
  run: (program, args) => {
    assert.match(program, platform === 'darwin' ? /\/ps$/ : /^powershell/);
    assert.match(args.join(' '), /\b42\b/);
    return start === null ? Promise.reject(new Error('timeout')) : Promise.resolve(`${start}\r\n`);
  },
  isAlive: () => isAlive,
});

describe('a process that is identified by its id and start time', () => {
  for (const platform of ['darwin', 'win32'] as const) {
    it(`is not taken for a later one of its number on ${platform}`, async () => {
      const birth = await birthOf(42, systemOf(platform, 'Sat Nov 28 07:00:00 2026'));
      assert.equal(birth, 'Sat Nov 28 07:00:00 2026');
      assert.ok(await isStillAlive(42, 0, birth, systemOf(platform, birth)));
      assert.ok(!(await isStillAlive(42, 0, birth, systemOf(platform, 'Sat Nov 28 09:00:00 2026'))));
      assert.ok(!(await isStillAlive(42, 0, birth, systemOf(platform, birth, false))));
    });

    it(`counts as alive while ${platform} does not tell when it was started`, async () => {
      assert.ok(await isStillAlive(42, 0, 'Sat Nov 28 07:00:00 2026', systemOf(platform, null)));
    });
  }

  it('is not alive after its end on this system', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = child.pid ?? assert.fail();
    const birth = await birthOf(pid);
    assert.ok(await isStillAlive(pid, Date.now(), birth));
    child.stdin.end();
    await once(child, 'exit');
    assert.ok(!(await isStillAlive(pid, Date.now(), birth)));
  });
});
