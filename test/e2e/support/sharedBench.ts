import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { Bench, pendingUploads, settingsOf } from './bench.ts';
import type { Settings } from './codeServer.ts';
import { root } from './places.ts';
import { until } from './until.ts';
import { leaveTraces } from './useWorkbench.ts';
import { size, Workbench } from './workbench.ts';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'ts-shared-')));
const benches: Bench[] = [];
/** The instruments of every shared window, which are simulated. */
const instruments = { PYVISA_LIBRARY: `${join(root, 'test/fixtures/bench.yaml')}@sim` };
let shared: Workbench | undefined;

interface SharedBenchOptions {
  settings?: Settings;
  /** Fills the data folder before the window uses it. */
  prepare?: (bench: Bench) => Promise<void>;
}

/**
 * Inside a `describe`: a bench with a data folder of its own, in a window that is open on its workspace and that the suites
 * share one after the other, because a window of its own takes as much of the processor as ten tests. For suites that leave
 * no unsaved text, and no server but that of this machine. The Test Results may still show runs of
 * earlier suites. The suite after a failure gets a new window.
 */
export function useSharedBench({ settings, prepare }: SharedBenchOptions = {}): {
  bench: Bench;
  workbench: () => Workbench;
} {
  const bench = new Bench(workspace);
  benches.push(bench);
  const workbench = (): Workbench => {
    if (!shared) throw new Error('The workbench exists inside tests and hooks only.');
    return shared;
  };
  before(async () => {
    await prepare?.(bench);
    const own = { ...settingsOf(bench), ...settings };
    if (shared) {
      // A station of the suite before could have the same name as a prepared one.
      const empty = join(bench.folder, 'empty');
      await reset(shared, prepare ? { ...own, 'testStations.dataFolder': empty } : own);
      if (prepare) await shared.changeSettings(own);
      return;
    }
    shared = await Workbench.start({ machineSettings: own, env: instruments });
    await shared.open(workspace);
  });
  leaveTraces(() => shared);
  after(async function () {
    const tests = this.test?.parent?.tests ?? [];
    if (tests.some(({ state, pending }) => state !== 'passed' && !pending)) await close();
  });
  return { bench, workbench };
}

/** Makes a used window like a new one, for a bench without stations. */
async function reset(window: Workbench, settings: Settings): Promise<void> {
  // A result that is still on its way would never reach the server of its data folder.
  await until(() => pendingUploads(window).length === 0, { what: 'the uploads of the suite before' });
  await window.page.setViewportSize(size);
  const { searchParams } = new URL(window.page.url());
  if (searchParams.get('folder') !== workspace) await window.open(workspace);
  await window.command('View: Close All Editor Groups');
  await window.command('Notifications: Clear All Notifications');
  if ((await window.page.locator('.terminal-wrapper').count()) > 0)
    await window.command('Terminal: Kill All Terminals');
  if (await window.page.locator('.part.panel').isVisible()) await window.command('View: Hide Panel');
  for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
  await window.replaceSettings(settings);
  await window.statusBarItem('No station').waitFor();
}

async function close(): Promise<void> {
  await shared?.dispose();
  shared = undefined;
  for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
}

after(async () => {
  await close();
  for (const bench of benches) bench.dispose();
  rmSync(workspace, { recursive: true, force: true });
});
