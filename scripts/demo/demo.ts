import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAddress } from '../../src/shared/contract/local.ts';
import { mainJob } from './mainJob.ts';
import * as places from './places.ts';
import { checkWindow, openBrowserWindow, openDesktopWindow, type WindowOptions } from './window.ts';

interface DemoOptions {
  readonly check: boolean;
  /** There is a desktop VS Code to open. */
  readonly desktop: boolean;
  /** An interpreter with openhtf and tofupilot. */
  readonly python: string;
}

/** Does the main job and opens VS Code on its result. @returns the exit code */
export async function demo({ check, desktop, python }: DemoOptions): Promise<number> {
  if (!existsSync(places.workspace)) cpSync(join(places.root, 'samples'), places.workspace, { recursive: true });
  console.log('▸ The main job');
  const job = await mainJob(python);
  const window: WindowOptions = {
    settings: { 'testStations.dataFolder': places.data, 'testStations.python': python },
    env: { TOFUPILOT_API_KEY: job.key, TOFUPILOT_URL: job.api.url },
  };
  try {
    if (check) await checkWindow(window, job);
    else if (desktop) await openDesktopWindow(window);
    else await openBrowserWindow(window);
    return 0;
  } finally {
    endServer();
  }
}

/** The server that runs by now: the window may have started it anew. */
function endServer(): void {
  const { pid } = serverAddress.parse(JSON.parse(readFileSync(join(places.data, 'server.json'), 'utf8')));
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // it has gone by itself
  }
}
