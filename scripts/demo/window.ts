import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runs } from '../../src/shared/contract/runs.ts';
import { CodeServer } from '../../test/e2e/support/codeServer.ts';
import { Workbench } from '../../test/e2e/support/workbench.ts';
import type { Demo } from './mainJob.ts';
import * as paths from './paths.ts';

export interface WindowOptions {
  readonly settings: Record<string, string>;
  /** The station's key and its server reach the extension by its environment; it keeps the key in SecretStorage. */
  readonly env: Record<string, string>;
}

/** The browser stores secrets by address, so the port must stay the same. */
const port = 8741;

/** Runs the sample once in a VS Code without a window. */
export async function checkWindow({ settings, env }: WindowOptions, job: Demo): Promise<void> {
  console.log('▸ The same in VS Code');
  const window = await Workbench.start({ machineSettings: settings, env });
  try {
    await window.open(paths.workspace);
    await window.openContainer('Test Stations');
    await window.tree('Stations').row(job.station.name).locator.waitFor();
    await window.tree('Runs').row('SN-0001').locator.first().waitFor();
    const key = window.tree('Stations').row(new RegExp(job.key.slice(0, 8)));
    await key.locator.waitFor();
    const spoken = await key.spoken();
    if (spoken.includes('not on this machine')) throw new Error(`The window does not have the key: ${spoken}`);
    console.log(`  seen            station ${job.station.name} and its run in the sidebar`);
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    const notification = window.notification(/SN-0001: PASS.*Saved as a run/);
    await notification.locator.waitFor({ timeout: 60_000 });
    console.log(`  seen            ${await notification.text()}`);
    const { data } = await job.api.call(runs.list, { query: { created_by_station_ids: [job.station.id], limit: 100 } });
    if (data.length !== job.runs + 1) throw new Error(`The server has ${data.length} runs, not ${job.runs + 1}.`);
    console.log(`  server          ${data.length} runs, the newest ${data[0]?.outcome ?? ''}`);
  } finally {
    await window.dispose();
  }
}

/** Serves VS Code to a browser until Ctrl+C. */
export async function openBrowserWindow({ settings, env }: WindowOptions): Promise<void> {
  // Its terminals have the station's key in their environment: other users of this machine must stay out.
  const password = randomBytes(9).toString('base64url');
  const folder = join(paths.demo, 'vscode');
  const server = await CodeServer.create({ machineSettings: settings, env, folder, port, password });
  try {
    await server.start();
    const file = [['openFile', `vscode-remote://127.0.0.1:${port}${paths.script}`]];
    const query = new URLSearchParams({ folder: paths.workspace, payload: JSON.stringify(file) });
    console.log(`▸ VS Code is at\n\n  ${server.url}/?${query.toString()}\n\n  Password: ${password}\n`);
    console.log(
      '  Open it in a browser, choose Test Stations in the activity bar, and run the script. Ctrl+C ends it.',
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await server.stop();
  }
}

/** Opens the desktop's VS Code with a profile of its own, and waits until its window is closed. */
export async function openDesktopWindow({ settings, env }: WindowOptions): Promise<void> {
  const profile = join(paths.demo, 'desktop');
  mkdirSync(join(profile, 'User'), { recursive: true });
  writeFileSync(join(profile, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
  console.log('▸ VS Code opens; close its window to end the demo');
  const child = spawn(
    'code',
    [
      ...['--wait', '--new-window', '--disable-workspace-trust', '--user-data-dir', profile],
      ...[`--extensionDevelopmentPath=${paths.root}`, paths.workspace, paths.script],
    ],
    { env: { ...process.env, ...env }, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  await once(child, 'exit');
}
