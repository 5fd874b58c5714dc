import assert from 'node:assert/strict';
import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { before, it } from 'mocha';
import type { FrameLocator } from 'playwright-core';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { benchKey, startBundle } from '../bench/bundle.ts';
import { describeSlow } from '../support/slow.ts';
import { Bench, useBench } from './support/bench.ts';
import { everyKind, Histories, midnight } from './support/histories.ts';
import { build, root } from './support/places.ts';
import { eventually } from './support/until.ts';

/** The flows of README.md, with the samples; `npm run pictures` puts their pictures into docs/pictures. */
describeSlow('what the README shows', function () {
  const size = { width: 1280, height: 800 };
  const bench = new Bench();
  const { workbench } = useBench(bench, { 'editor.minimap.enabled': false });
  const row = (station: string | RegExp) => workbench().tree('Stations').row(station);
  const view = (): FrameLocator => workbench().webview();

  /** @param height of the upper part of the window that is shown; default: all of it */
  async function picture(name: string, height = size.height): Promise<void> {
    const { page } = workbench();
    await page.mouse.move(0, 0); // no hover
    const path = join(build, 'screenshots', `readme-${name}.png`);
    await page.screenshot({ path, animations: 'disabled', clip: { x: 0, y: 0, width: size.width, height } });
  }

  /** Puts the cursor there, and the line in sight. */
  async function goToLine(line: number): Promise<void> {
    const window = workbench();
    await window.page.keyboard.press('Control+G');
    await window.quickInput.fill(`:${line}`);
    await window.quickInput.accept();
  }

  /** A program on the bench tells that it is there, for the next hours. */
  async function beat(id: string): Promise<void> {
    await (await bench.api()).call(presence.heartbeat, { params: { id }, body: { interval_s: 3600 } });
  }

  before(async () => {
    for (const name of globSync('*.py', { cwd: join(root, 'samples') }))
      cpSync(join(root, 'samples', name), join(bench.workspace, name));
    const server = await startBundle(bench.data);
    const api = new StationApi(server.url, benchKey);
    const station = async (name: string): Promise<string> => (await api.call(stations.create, { body: { name } })).id;
    const [first, second, rack] = [await station('Bench 1'), await station('Bench 2'), await station('Burn-in rack')];
    for (const [identifier, name] of [
      ['FVT1', 'Functional verification'],
      ['BURN1', 'Burn-in'],
    ] as const) {
      const { id: procedure_id } = await api.call(procedures.create, { body: { identifier, name } });
      for (const id of identifier === 'FVT1' ? [first, second] : [rack])
        await api.call(local.linkProcedure, { params: { id, procedure_id } });
    }
    await server.stop();
    using histories = new Histories(bench.data);
    const pasts = everyKind();
    histories.watch([[midnight(200), Date.now()]]);
    histories.write(first, pasts.steady);
    histories.write(second, pasts.worked);
    histories.write(rack, pasts.new);
    const window = workbench();
    await window.page.setViewportSize(size);
    await window.open(bench.workspace);
    await window.openContainer('Test Stations');
    await row('Bench 1').locator.waitFor();
    for (const id of [first, rack]) await beat(id);
    for (const name of ['Bench 1', 'Burn-in rack']) await row(new RegExp(`${name}\\s*connected`)).locator.waitFor();
    for (const name of ['Bench 1', 'Bench 2', 'Burn-in rack']) await row(name).collapse();
  });

  it('shows the uptime of all stations', async () => {
    const window = workbench();
    await window.tree('Stations').action('Open Uptime of All Stations');
    await view().locator('.grid .row', { hasText: 'Burn-in rack' }).first().waitFor();
    await window.command('View: Toggle Primary Side Bar Visibility');
    await picture('uptime', 470);
    await window.command('View: Toggle Primary Side Bar Visibility');
    await window.closeEditor('Uptime');
  });

  it('creates a station and links a procedure to it', async () => {
    const window = workbench();
    await window.tree('Stations').action('Create Station…');
    await window.quickInput.opened('Create station');
    await window.quickInput.fill('Bench 3');
    await window.quickInput.accept();
    await window.notification('Station Bench 3 is ready').close();
    await beat(await bench.stationId('Bench 3'));
    await row('Bench 3').action('Link Procedures…');
    await window.quickInput.opened('Link procedures to Bench 3');
    await window.quickInput.pick('FVT1');
    await picture('link', 330);
    await window.quickInput.accept();
    await window.page.getByRole('treeitem', { name: /FVT1.* linked to Bench 3/ }).waitFor();
  });

  it('runs a script on the station', async () => {
    const window = workbench();
    await window.openFile('openhtf_board.py');
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Operator prompt of openhtf_board.py · Bench 3');
    await window.quickInput.accept();
    const saved = window.notification(/SN-0001: PASS.*Saved as a run of Functional verification/);
    await saved.locator.waitFor();
    await eventually(async () => assert.match((await window.testResultRows()).join('\n'), /record_power_up/));
    await window.pickTestResult(/check_supply/);
    await window.command('View: Focus Active Editor Group');
    await goToLine(30);
    await picture('run');
    await saved.click('Open Run');
    await window.page.getByRole('tab', { name: 'SN-0001 PASS' }).waitFor();
    await window.command('View: Hide Panel');
    await view()
      .getByRole('heading', { level: 1, name: /PASS\s*SN-0001/ })
      .waitFor();
    await view().locator('curve-plot canvas').waitFor();
    await picture('report');
    await window.closeEditor('SN-0001 PASS');
  });

  it('lets an operator scan units and answer prompts', async () => {
    const window = workbench();
    await row('Bench 3').menu('Set Station Script…');
    await window.quickInput.opened('Script that Bench 3 starts');
    await window.quickInput.pick('openhtf_board.py');
    await row('Bench 3').action('Open Operator UI');
    const serial = view().getByRole('textbox', { name: /serial number/i });
    await serial.fill('SN-0002');
    await window.page.keyboard.press('Enter');
    await view().getByText('Put the board into the fixture').first().waitFor();
    await window.command('View: Hide Panel');
    await picture('operator', 620);
    await view().getByRole('button', { name: 'Confirm' }).click();
    await view().getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    await window.closeEditor('Bench 3');
    await window.notification(/SN-0002: PASS/).close();
  });
});
