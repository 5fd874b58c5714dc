import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator } from 'playwright-core';
import * as z from 'zod';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { benchKey, startBundle } from '../bench/bundle.ts';
import { axeProblems } from './support/axe.ts';
import { type Bench, saveAs } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';

const runRows = z.array(z.object({ run_id: z.string(), station: z.string() }));
const dayMs = 86_400_000;
const noon = Math.floor(Date.now() / dayMs) * dayMs - dayMs + dayMs / 2;
const runsOfADay = 15;
const testedDays = 5;

/** Values that look random, around 3.3 V, with one far away. */
const voltage = (index: number): number => (index === 70 ? 3.46 : 3.3 + 0.02 * Math.sin(index * index * 1.7));

/** The limits are changed with the run 45. */
function testRun(procedure_id: string, index: number): NewRunBody {
  const value = voltage(index);
  const upper = index < 45 ? 3.6 : 3.45;
  const outcome = value >= 3.1 && value <= upper ? 'PASS' : 'FAIL';
  const day = Math.min(testedDays - 1, Math.floor(index / runsOfADay));
  const began = noon - (testedDays - 1 - day) * dayMs + (index - day * runsOfADay) * 60_000;
  const at = (ms: number): string => new Date(began + ms).toISOString();
  return {
    procedure_id,
    serial_number: `SN-${1000 + index}`,
    part_number: 'PCBA01',
    outcome,
    started_at: at(0),
    ended_at: at(30_000 + index * 100),
    phases: [
      {
        name: 'power',
        outcome,
        started_at: at(100),
        ended_at: at(5000),
        measurements: [
          {
            name: 'rail_3v3',
            outcome,
            measured_value: value,
            units: 'V',
            validators: [
              { outcome: 'PASS', operator: '>=', expected_value: 3.1 },
              { outcome, operator: '<=', expected_value: upper },
            ],
          },
          { name: 'firmware', outcome: 'PASS', measured_value: '1.0.3' },
        ],
      },
    ],
  };
}

/** The units that go through the second procedure of their part, of which the first one fails. */
const burnedIn = 20;
const burnInRun = (procedure_id: string, index: number): NewRunBody => ({
  ...testRun(procedure_id, index),
  outcome: index === 0 ? 'FAIL' : 'PASS',
  phases: [],
});

describe('the pages of statistics', function () {
  const { bench, workbench } = useSharedBench({ prepare });
  let procedure = '';
  let stationKey = '';
  const page = (): FrameLocator => workbench().webview();
  const push = (index: number): Promise<unknown> =>
    new StationApi(bench.address().url, stationKey).call(runs.create, { body: testRun(procedure, index) });

  async function prepare({ data }: Bench): Promise<void> {
    const server = await startBundle(data);
    const api = new StationApi(server.url, benchKey);
    const { id: station } = await api.call(stations.create, { body: { name: 'Bench 1' } });
    ({ id: procedure } = await api.call(procedures.create, { body: { name: 'FVT1' } }));
    await api.call(procedures.create, { body: { name: 'Never run' } });
    await api.call(local.linkProcedure, { params: { id: station, procedure_id: procedure } });
    ({ api_key: stationKey } = await api.call(local.generateKey, { params: { id: station } }));
    const client = new StationApi(server.url, stationKey);
    for (let index = 0; index < testedDays * runsOfADay; index += 1) {
      await client.call(runs.create, { body: testRun(procedure, index) });
    }
    const { id: burnIn } = await api.call(procedures.create, { body: { name: 'Burn-in' } });
    for (let index = 0; index < burnedIn; index += 1) await api.call(runs.create, { body: burnInRun(burnIn, index) });
    await server.stop();
  }

  before(async () => {
    await workbench().page.setViewportSize({ width: 1380, height: 1000 });
    await workbench().openContainer('Test Stations');
    await workbench().command('Test Stations: Select Station');
    await workbench().quickInput.pick('Bench 1');
    await workbench().statusBarItem('Bench 1').waitFor();
  });

  it('shows yield, first failures and measurements of a procedure, and opens a measurement', async () => {
    await workbench().tree('Stations').row('Bench 1').expand();
    await workbench().tree('Stations').row('FVT1').menu('Open Statistics');
    await page().getByRole('heading', { level: 1, name: 'FVT1' }).waitFor();
    const figures = await textOf(page().locator('.figures'));
    assert.match(figures, /First-pass yield 98\.6% 74 of 75 95% interval 92\.8% to 99\.8%/);
    assert.match(await textOf(page().locator('.failures li').first()), /^rail_3v3 power 1 100%$/);
    const row = page().locator('.measurements tbody tr', { hasText: 'rail_3v3' });
    assert.match(await textOf(row), /^rail_3v3 power 30 1 3\.3% 3\.\d+ V 0\.\d+ 3\.1 to 3\.45 V changed /);
    await page().locator('series-chart canvas').nth(2).waitFor();
    const route = page().locator('.routes');
    assert.equal(await route.getByRole('heading', { level: 3 }).innerText(), 'PCBA01');
    assert.deepEqual(
      (await route.locator('tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      [
        'Procedure Units First-pass yield',
        'Burn-in 20 95% (19 of 20) 95% interval 76.3% to 99.2%',
        'FVT1 75 98.6% (74 of 75) 95% interval 92.8% to 99.8%',
        'Rolled throughput yield 93.7%',
      ],
    );
    assert.deepEqual(await axeProblems(page()), []);
    await workbench().screenshots('procedure-statistics');
    await route.scrollIntoViewIfNeeded();
    await workbench().screenshots('procedure-route');
    await workbench().page.setViewportSize({ width: 860, height: 800 });
    await route.locator('tfoot').scrollIntoViewIfNeeded();
    await workbench().screenshot('procedure-route-narrow', 'light');
    await workbench().page.setViewportSize({ width: 1280, height: 800 });
    await row.getByRole('button', { name: 'rail_3v3' }).click();
    await page().getByRole('heading', { level: 1, name: 'rail_3v3' }).waitFor();
  });

  it('shows capability, distribution, control chart and a change of limits, and opens the run of a value', async () => {
    const shown = page();
    await shown.getByText('The values with the same limits are shown together.').waitFor();
    assert.match(await textOf(shown.locator('.lead')), /^The .*Ppk.* \(n = 30\)\.$/);
    await shown.locator('.histogram .bar.outside').waitFor();
    await shown.locator('series-chart canvas').nth(1).waitFor();
    const finding = shown.locator('.findings li').first();
    assert.match(await textOf(finding), /SN-1070 above the upper control limit$/);
    assert.deepEqual(await axeProblems(shown), []);
    await workbench().screenshots('measurement-statistics');
    const chart = shown.getByRole('img', { name: /^Control chart of 75 values/ });
    await chart.focus();
    await workbench().page.keyboard.press('End');
    await eventually(async () => assert.match(await textOf(shown.locator('.reading').last()), /SN-1074: 3\.\d+ V$/));
    for (let step = 0; step < 4; step += 1) await workbench().page.keyboard.press('ArrowLeft');
    await eventually(async () => assert.match(await textOf(shown.locator('.reading').last()), /SN-1070: 3\.46 V$/));
    await workbench().page.keyboard.press('Enter');
    await workbench().page.getByRole('tab', { name: 'SN-1070 FAIL' }).waitFor();
  });

  it('exports the values of a measurement, and all runs of the Runs view', async () => {
    const window = workbench();
    await window.page.getByRole('tab', { name: /^rail_3v3/ }).click();
    await page().getByRole('button', { name: 'Export…' }).click();
    await window.quickInput.opened('Export statistics of rail_3v3');
    await window.screenshots('export-tables');
    await window.quickInput.pick('Numeric values, each with its run');
    await window.quickInput.opened('Choose a format');
    await window.screenshot('export-formats', 'light');
    await window.quickInput.pick('CSV');
    const lines = (await saveAs(window, bench, /^rail_3v3 values \d{4}-\d\d-\d\d\.csv$/)).trimEnd().split('\r\n');
    assert.equal(lines.length, 1 + testedDays * runsOfADay);
    const outlier = lines.filter((line) => line.includes('SN-1070')).join();
    assert.match(outlier, /,SN-1070,Bench 1,.+Z,power,rail_3v3,3\.46,V,FAIL,3\.1,3\.45$/);
    await window.command('Test Stations: Export Runs…');
    await window.quickInput.pick('JSON');
    const exported = runRows.parse(JSON.parse(await saveAs(window, bench, /runs \d{4}-\d\d-\d\d\.json$/)));
    assert.equal(new Set(exported.map(({ run_id }) => run_id)).size, testedDays * runsOfADay);
    assert.deepEqual([...new Set(exported.map(({ station }) => station))], ['Bench 1']);
  });

  it('adds a run that comes in to an open page', async () => {
    const window = workbench();
    await window.page.getByRole('tab', { name: /^rail_3v3/ }).click();
    await page().getByRole('button', { name: '90 days' }).click();
    await page().locator('[aria-busy="false"]').waitFor();
    await push(75);
    await page().getByText('(n = 31)').waitFor();
  });
});
