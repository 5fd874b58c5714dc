import { type ChildProcess, execFileSync } from 'node:child_process';
import { processesWith } from '../../../scripts/lib/leftovers.mjs';
import { until } from './until.ts';

/** Every process started below a workbench carries this variable, so that also those that left the tree are found. */
export const marker = 'TEST_WORKBENCH';

/**
 * Ends `child`, all that it started, and all processes whose environment has `TEST_WORKBENCH=<mark>`; returns when they
 * are gone. Asks first, so that logs are flushed; kills what does not go by itself.
 */
export async function end(child: ChildProcess, mark: string): Promise<void> {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null) execFileSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  signal(-child.pid, 'SIGTERM');
  await gone(child, mark, 5000).catch(async () => {
    if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
    for (const pid of marked(mark)) signal(pid, 'SIGKILL');
    await gone(child, mark, 10_000);
  });
}

async function gone(child: ChildProcess, mark: string, timeout: number): Promise<void> {
  await until(
    () => {
      for (const pid of marked(mark)) signal(pid, 'SIGTERM');
      return (child.exitCode !== null || child.signalCode !== null) && marked(mark).length === 0;
    },
    { timeout, what: 'the end of all processes of the workbench' },
  );
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The extension hosts of a workbench: for a moment after a reload there are two. Windows does not tell. */
export const extensionHosts = (mark: string): number[] =>
  processesWith(`${marker}=${mark}`)
    .filter(({ command }) => command.includes('--type=extensionHost'))
    .map(({ pid }) => pid);

function marked(mark: string): number[] {
  return processesWith(`${marker}=${mark}`).map(({ pid }) => pid);
}
