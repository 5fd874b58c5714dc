import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../../src/extension/client/apiError.ts';
import type { StationApi } from '../../src/extension/client/stationApi.ts';
import { local, serverAddress } from '../../src/shared/contract/local.ts';
import { mainJob } from './mainJob.ts';
import * as paths from './paths.ts';
import { checkWindow, openBrowserWindow, openDesktopWindow, type WindowOptions } from './window.ts';

interface DemoOptions {
  readonly check: boolean;
  readonly desktop: boolean;
  readonly hasDemoData: boolean;
  readonly python: string;
}

/** Runs the sample once, and opens VS Code on the result. */
export async function demo({ check, desktop, hasDemoData, python }: DemoOptions): Promise<number> {
  if (!existsSync(paths.workspace)) cpSync(join(paths.root, 'samples'), paths.workspace, { recursive: true });
  console.log('▸ The main job');
  const job = await mainJob(python);
  if (hasDemoData) await createDemoData(job.api);
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

async function createDemoData(api: StationApi): Promise<void> {
  console.log('▸ Demo data');
  try {
    const { runs, stations } = await api.call(local.createDemoData, { body: {} });
    console.log(`  ${runs} runs on ${stations} stations created`);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'conflict') throw error;
    console.log('  as you left it');
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
