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
 * Whether the process that had this number then still runs: after a start of the machine it is another one's.
 * @param then milliseconds since 1970
 */
export function isStillAlive(pid: number, then: number): boolean {
  const started = Date.now() - uptime() * 1000;
  return then > started - clockError && isAlive(pid);
}

/** Milliseconds by which the two clocks may be apart. */
const clockError = 60_000;
