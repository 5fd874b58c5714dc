import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { Bench, settingsOf } from './bench.ts';
import { leaveTraces } from './useWorkbench.ts';
import { Workbench } from './workbench.ts';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'ts-shared-')));
const benches: Bench[] = [];
let shared: Workbench | undefined;

/**
 * Inside a `describe`: a bench with a data folder of its own, in a window that is open on its workspace and that the suites
 * share one after the other, because starting a window takes as long as two or three tests. For suites that leave no
 * unsaved text and no changed settings, and do not look at all of the Test Results. The suite after a failure gets a new window.
 */
export function useSharedBench(): { bench: Bench; workbench: () => Workbench } {
  const bench = new Bench(workspace);
  benches.push(bench);
  const workbench = (): Workbench => {
    if (!shared) throw new Error('The workbench exists inside tests and hooks only.');
    return shared;
  };
  before(async () => {
    if (shared) return reset(shared, bench);
    shared = await Workbench.start({ machineSettings: settingsOf(bench) });
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
async function reset(window: Workbench, bench: Bench): Promise<void> {
  await window.command('View: Close All Editor Groups');
  await window.command('Notifications: Clear All Notifications');
  if (await window.page.locator('.part.panel').isVisible()) await window.command('View: Hide Panel');
  for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
  await window.changeSettings(settingsOf(bench));
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
