import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { promisify } from 'node:util';

export interface ProcessSystem {
  readonly platform: NodeJS.Platform;
  readonly read: (file: string) => Promise<string>;
  readonly run: (program: string, args: readonly string[]) => Promise<string>;
  readonly isAlive: (pid: number) => boolean;
}

const thisSystem: ProcessSystem = {
  platform: process.platform,
  read: (file) => readFile(file, 'latin1'),
  run: async (program, args) => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    return (await promisify(execFile)(program, args, { env, timeout: 10_000, windowsHide: true })).stdout;
  },
  isAlive,
};

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Returns what no other process of this machine has: when it was started, on Linux since the machine's start, whatever its
 * clock is set to. The runner's `birth.py` returns the same.
 * @returns null where there is no process of this number, or the system does not tell
 */
export async function birthOf(pid: number, system = thisSystem): Promise<string | null> {
  try {
    if (system.platform === 'darwin') return (await system.run('/bin/ps', ['-o', 'lstart=', '-p', `${pid}`])).trim();
    if (system.platform === 'win32') {
      const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      return (await system.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command])).trim();
    }
    const machine = (await system.read('/proc/sys/kernel/random/boot_id')).trim();
    const stat = await system.read(`/proc/${pid}/stat`);
    // The program's name, in parentheses, may hold anything; the third field is the first behind it, this the 22nd.
    return `${machine} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

/**
 * Whether the process that had this number then still runs, and not another one that has it now.
 * @param then milliseconds since 1970
 * @param birth null: the system did not tell. Then only a start of the machine is noticed, for which a clock that was set
 * meanwhile may be taken.
 */
export async function isStillAlive(
  pid: number,
  then: number,
  birth: string | null,
  system = thisSystem,
): Promise<boolean> {
  if (!system.isAlive(pid)) return false;
  if (birth !== null) {
    const found = await birthOf(pid, system);
    // A system that does not answer now must not have a live script's result pushed beside it.
    return found === null ? system.isAlive(pid) : found === birth;
  }
  const started = Date.now() - uptime() * 1000;
  return then > started - maxClockDifferenceMs;
}

const maxClockDifferenceMs = 60_000;
