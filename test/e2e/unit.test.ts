import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator } from 'playwright-core';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { richRun, stationClient } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { eventually } from './support/until.ts';
import { checkedThemes } from './support/workbench.ts';

const hour = 3_600_000;

describe('the search for units and the page of a unit', function () {
  const { bench, workbench } = useSharedBench();
  const page = (): FrameLocator => workbench().webview();
  let failedRun = '';

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    const { client, procedure } = await stationClient(bench, 'Bench 1');
    ({ id: failedRun } = await client.call(runs.create, { body: richRun(procedure) }));
    const start = Date.parse(richRun(procedure).started_at);
    const at = (millis: number): string => new Date(start + millis).toISOString();
    const passed: NewRunBody = { ...richRun(procedure), outcome: 'PASS', phases: [], logs: [] };
    await client.call(runs.create, { body: { ...passed, started_at: at(hour), ended_at: at(hour + 9000) } });
    for (const serial_number of ['SN-20410', 'SN-20411', 'BOARD-1']) {
      await client.call(runs.create, { body: { ...passed, serial_number } });
    }
    const params = { serial_number: 'SN-2041' };
    await client.call(units.addChild, { params, body: { child_serial_number: 'BOARD-1' } });
  });

  it('opens the unit when a scanner types a serial number and Enter at once', async () => {
    const window = workbench();
    await window.command('Test Stations: Find Unit or Run…');
    await window.quickInput.opened('Find unit or run');
    await window.page.keyboard.type('SN-2041');
    await window.page.keyboard.press('Enter');
    await page().getByRole('heading', { level: 1, name: 'SN-2041' }).waitFor();
    const rows = page().locator('tbody tr');
    await eventually(async () => assert.equal(await rows.count(), 2));
    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    assert.match(texts[0] ?? '', /^PASS .+ FVT1 1\.0\.3 Bench 1 9 s ada@example\.com$/);
    assert.match(texts[1] ?? '', /^FAIL .+ FVT1 1\.0\.3 rail_5v, ripple, firmware Bench 1 9\.4 s ada@example\.com$/);
    await window.screenshots('unit');
  });

  it('lists units that contain the text, finds a run by the beginning of its ID, and reports what it does not find', async () => {
    const window = workbench();
    await window.tree('Runs').action('Find Unit or Run…');
    await window.quickInput.opened('Find unit or run');
    await window.quickInput.fill('2041');
    const labels = async (): Promise<string[]> => (await window.quickInput.rows()).map(({ label }) => label).sort();
    await eventually(async () => assert.deepEqual(await labels(), ['SN-2041', 'SN-20410', 'SN-20411']));
    await window.screenshots('find-unit');
    await window.quickInput.fill('SN-NONE');
    await eventually(async () =>
      assert.deepEqual(await labels(), ['No unit or run on this machine matches “SN-NONE”.']),
    );
    await window.screenshot('find-unit-none', 'light');
    await window.quickInput.fill(failedRun.slice(0, 8));
    await window.quickInput.accept();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL' }).waitFor();
  });

  it('leads from a run to its unit, to sub-units and back, and is restored after a reload', async () => {
    const window = workbench();
    await page().locator('.facts').getByRole('button', { name: 'SN-2041' }).click();
    await page().getByRole('button', { name: 'BOARD-1' }).click();
    await page().getByRole('heading', { level: 1, name: 'BOARD-1' }).waitFor();
    await isKept(window.page, /subject\W+BOARD-1/);
    await window.reload();
    await page().getByRole('heading', { level: 1, name: 'BOARD-1' }).waitFor();
    await page().getByRole('button', { name: 'SN-2041' }).click();
    await page().locator('tbody tr', { hasText: 'rail_5v' }).getByRole('button').click();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL', selected: true }).waitFor();
    await window.tree('Runs').row('BOARD-1').menu('Open Unit');
    await page().getByRole('heading', { level: 1, name: 'BOARD-1' }).waitFor();
  });

  it('is accessible in all themes and fits into a narrow window', async () => {
    const window = workbench();
    await page().getByRole('button', { name: 'SN-2041' }).click();
    await page().getByRole('heading', { level: 1, name: 'SN-2041' }).waitFor();
    for (const theme of checkedThemes) {
      await window.setTheme(theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 860, height: 1000 });
    await window.screenshot('unit-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
  });
});
