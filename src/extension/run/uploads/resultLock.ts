import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthOf, isStillAlive } from '../../vscode/processes.ts';

export interface LockFiles {
  create(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}

const onDisk: LockFiles = {
  create: (path) => writeFile(path, '', { flag: 'wx' }),
  list: (folder) => readdir(folder),
  remove: (path) => rm(path, { force: true, maxRetries: 5 }),
};

/**
 * Locks a result for this process, so that no other window pushes it at the same time.
 *
 * Each process first creates a file of its own, named after the process, in the result's folder, and then looks for files
 * of others. Of two processes at the same moment, the later one sees the earlier one's file, or each sees the other's and
 * neither gets the lock; never do both. The file of a dead process does not count and is removed by the next holder.
 * @returns a function that releases the lock; undefined when another process has it, or the folder is gone
 */
export async function acquireLock(folder: string, files = onDisk): Promise<(() => Promise<void>) | undefined> {
  const birth = Buffer.from((await birthOf(process.pid)) ?? '').toString('hex');
  const own = `lock_${process.pid}_${Date.now()}_${birth}_${randomUUID()}`;
  const release = (): Promise<void> => files.remove(join(folder, own));
  try {
    await files.create(join(folder, own));
  } catch {
    return undefined;
  }
  try {
    const others = (await files.list(folder)).filter((name) => name.startsWith('lock_') && name !== own);
    const held = await Promise.all(others.map(isHeld));
    if (!held.includes(true)) {
      for (const left of others) await files.remove(join(folder, left));
      return release;
    }
  } catch {
    // The folder was removed, or cannot be read.
  }
  await release();
  return undefined;
}

function isHeld(name: string): Promise<boolean> {
  const [, pid, since, birth] = name.split('_');
  return isStillAlive(Number(pid), Number(since), Buffer.from(birth ?? '', 'hex').toString() || null);
}
