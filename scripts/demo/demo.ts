import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAddress } from '../../src/shared/contract/local.ts';
import { mainJob } from './mainJob.ts';
import * as paths from './paths.ts';
import { checkWindow, openBrowserWindow, openDesktopWindow, type WindowOptions } from './window.ts';

interface DemoOptions {
  readonly check: boolean;
  readonly desktop: boolean;
  readonly python: string;
}

/** Runs the sample once, and opens VS Code on the result. */
export async function demo({ check, desktop, python }: DemoOptions): Promise<number> {
  if (!existsSync(paths.workspace)) cpSync(join(paths.root, 'samples'), paths.workspace, { recursive: true });
  console.log('▸ The main job');
  const job = await mainJob(python);
  const window: WindowOptions = {
    settings: { 'testStations.dataFolder': paths.data, 'testStations.python': python },
    env: { TOFUPILOT_API_KEY: job.key, TOFUPILOT_URL: job.api.url },
  };
  try {
    if (check) await checkWindow(window, job);
    else if (desktop) await openDesktopWindow(window);
    else await openBrowserWindow(window);
    return 0;
  } finally {
    stopServer();
  }
}

/** Stops the server that is running now: the window may have restarted it. */
function stopServer(): void {
  const { pid } = serverAddress.parse(JSON.parse(readFileSync(join(paths.data, 'server.json'), 'utf8')));
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
