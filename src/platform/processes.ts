import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Whether a process of this number runs on this machine, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * What no other process of this machine has, whatever its clock is set to: the machine's start, and the process's since then.
 * The runner's `outbox.py` writes the same.
 * @returns null where there is none of this number, or the system does not tell; Linux does
 */
export function birthOf(pid: number): string | null {
  try {
    const machine = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name, in parentheses, may hold anything; the third field is the first behind it, this the 22nd.
    return `${machine} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

/**
 * Whether the process that had this number then still runs, and not another one.
 * @param then milliseconds since 1970 @param birth null: the system did not tell. Then only a start of the machine is noticed,
 * for which a clock that was set meanwhile may be taken.
 */
export function isStillAlive(pid: number, then: number, birth: string | null): boolean {
  if (birth !== null) return birthOf(pid) === birth;
  const started = Date.now() - uptime() * 1000;
  return then > started - clockError && isAlive(pid);
}

/** Milliseconds by which the two clocks may be apart. */
const clockError = 60_000;
