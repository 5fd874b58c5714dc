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

/** Ends a process at once, on Windows with its descendants. @param leadsGroup whether to end its group of processes, too */
export function killProcess(pid: number, leadsGroup = false): void {
  if (process.platform === 'win32') execFile('taskkill', ['/pid', String(pid), '/T', '/F']);
  else process.kill(leadsGroup ? -pid : pid, 'SIGKILL');
}

/**
 * Returns a text that no other process of this machine has: its start time, which on Linux does not depend on the clock. The runner's `birth.py` returns the same.
 * @returns null where there is no process with this id, or the system does not report it
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
 * Returns whether the process that had this id at that time still runs. Another process may have the id now.
 * @param then milliseconds since 1970
 * @param birth null if the system did not report it. Then only a restart of the machine is noticed, and a clock that was
 * set meanwhile may look like one.
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
    // If the system does not answer now, the script may be alive and push its result itself.
    return found === null ? system.isAlive(pid) : found === birth;
  }
  const started = Date.now() - uptime() * 1000;
  return then > started - maxClockDifferenceMs;
}

const maxClockDifferenceMs = 60_000;
