import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { skip } from '../support/skip.ts';

/** A disk of its own, for one suite. */
export interface SmallDisk {
  readonly folder: string;
  /** @param options such as `size=64m` or `ro` */
  remount(options: string): void;
}

/** Mounts a disk of so many megabytes in memory. The suite is skipped where this user may not mount. */
export function useSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'test-stations-disk-'));
  const mount = (...args: string[]): string | null => {
    const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
    return status === 0 ? null : (error?.message ?? stderr.trim());
  };
  before(function () {
    const problem = mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'test-stations', folder);
    if (problem !== null) skip(this, `a small disk cannot be mounted here (${problem})`);
  });
  after(() => {
    spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    remount(options) {
      const problem = mount('-o', `remount,${options}`, folder);
      if (problem !== null) throw new Error(problem);
    },
  };
}
