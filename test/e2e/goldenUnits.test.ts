import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator } from 'playwright-core';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { shifts, weekdays } from '../../src/shared/contract/shifts.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation, pasteKey } from './support/bench.ts';
import { richRun } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';
import { allThemes } from './support/workbench.ts';

const script = `
import openhtf as htf
from tofupilot.openhtf import TofuPilot


@htf.measures(htf.Measurement("supply").in_range(3.2, 3.4))
def measure_supply(test):
    test.measurements.supply = 3.3


test = htf.Test(measure_supply, procedure_id="FVT1", part_number="PCBA01")
with TofuPilot(test):
    test.execute(lambda: "SN-0001")
`;
const hour = 3_600_000;

describe('golden unit checks and shifts in the editor', function () {
  const { bench, workbench } = useSharedBench();
  const page = (): FrameLocator => workbench().webview();
  let client: StationApi;
  let procedure = '';

  before(async () => {
    bench.write('supply.py', script);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    const api = await bench.api();
    procedure = (await api.call(procedures.list)).data[0]?.id ?? '';
    const { api_key } = await api.call(local.generateKey, { params: { id: await bench.stationId('Bench 1') } });
    await pasteKey(window, 'Bench 1', api_key);
    client = new StationApi(bench.address().url, api_key);
    await push('GOLD-1', 'PASS', 10);
    // A menu that is open while its row is replaced would act on none.
    await window
      .tree('Stations')
      .row(/FVT1\s*1 run/)
      .locator.waitFor();
  });

  const push = (serial_number: string, outcome: Outcome, hoursAgo: number) => {
    const time = new Date(Date.now() - hoursAgo * hour).toISOString();
    const body = {
      procedure_id: procedure,
      serial_number,
      part_number: 'PCBA01',
      outcome,
      started_at: time,
      ended_at: time,
    };
    return client.call(runs.create, { body });
  };

  it('are required by a rule, shown below the procedure, and asked for before another unit is tested', async () => {
    const window = workbench();
    await window.tree('Stations').row('FVT1').menu('Set Golden Unit Check…');
    for (const answer of ['All stations', 'Every 8 hours', 'A golden unit has to pass', 'Refuse']) {
      await window.quickInput.pick(answer);
    }
    await window.tree('Stations').row('Golden unit: not checked yet').locator.waitFor();
    await window
      .tree('Runs')
      .row(/GOLD-1/)
      .menu('Mark as Golden Unit or Failing Sample…');
    await window.quickInput.opened('Mark unit GOLD-1');
    await window.screenshot('golden-mark', 'light');
    await window.quickInput.pick('Golden unit');
    const due = window.tree('Stations').row(/Golden unit: due since/);
    await due.locator.waitFor();
    assert.match(
      await due.tooltip(),
      /FVT1 on Bench 1 is due since .*\nRun the golden unit GOLD-1\.\nLast run: GOLD-1, PASS/,
    );
    await window.screenshots('golden-due');

    await window.openFile('supply.py');
    await window.command('Test Stations: Run Procedure on Station');
    const text = await window.dialog.text();
    assert.match(
      text,
      /golden unit check of FVT1 on Bench 1 is due since .*Run the golden unit GOLD-1\. Other units are not tested/s,
    );
    assert.deepEqual((await window.dialog.buttons()).sort(), ['Cancel', 'Run Golden Unit First']);
    await window.screenshot('golden-refused', 'light');
    await window.dialog.click('Run Golden Unit First');
    await window.quickInput.opened('Golden unit check on Bench 1');
    await window.screenshot('golden-pick', 'light');
    await window.quickInput.pick('GOLD-1');
    await window.notification(/^GOLD-1: PASS/).close();
    await window
      .tree('Stations')
      .row(/Golden unit: valid until/)
      .locator.waitFor();
    const [last] = await bench.runs();
    assert.equal(last?.unit.serial_number, 'GOLD-1');
    await window.screenshots('golden-valid');
  });

  itSlow('report a golden unit that fails, in the tree, the Operator UI, and the uptime of the station', async () => {
    const window = workbench();
    await push('GOLD-1', 'FAIL', 0);
    await window.notification(/^The golden unit GOLD-1 did not pass FVT1 on Bench 1: FAIL\./).close();
    await window
      .tree('Stations')
      .row(/Golden unit: FAIL at/)
      .locator.waitFor();
    await window.screenshot('golden-failed', 'light');
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    await page().getByText('FVT1: the golden unit GOLD-1 did not pass (FAIL).').waitFor();
    for (const theme of allThemes) await window.screenshot('golden-operator', theme);
    assert.deepEqual(await axeProblems(page()), []);
    await window.page.setViewportSize({ width: 620, height: 800 });
    await window.screenshot('golden-operator-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await push('GOLD-1', 'PASS', 0);
    await page()
      .getByText(/FVT1: the golden unit check is valid until/)
      .waitFor();
    await window.screenshot('golden-operator-valid', 'light');
    await window.tree('Stations').row('Bench 1').menu('Open Uptime');
    await page().locator('.facts', { hasText: 'the golden unit check is valid until' }).waitFor();
    await eventually(async () => assert.equal(await page().getByText('Loading the station…').count(), 0));
    await window.screenshots('golden-uptime');
    assert.deepEqual(await axeProblems(page()), []);
  });

  it('store the shifts of a station from a document, and count the units of the current shift in the Operator UI', async () => {
    const window = workbench();
    const params = { id: await bench.stationId('Bench 1') };
    const stored = async () => (await (await bench.api()).call(shifts.getCalendar, { params })).calendar;
    await window.tree('Stations').row('Bench 1').menu('Set Shifts of Station…');
    await window.page.getByRole('tab', { name: 'Bench 1.shifts.json', selected: true }).waitFor();
    const text = window.page.locator('.editor-group-container.active .view-lines');
    await text.getByText('"Early shift"').waitFor();
    await window.screenshot('shifts-document', 'light');
    await text.click();
    await window.page.keyboard.press('Control+End');
    await window.page.keyboard.press('Enter');
    await window.page.keyboard.press('Control+S');
    await eventually(async () => assert.equal((await stored())?.shifts[0]?.name, 'Early shift'));

    const measured = richRun(procedure).phases?.find(({ name }) => name === 'measure');
    const start = new Date(Date.now() - 1000).toISOString();
    await client.call(runs.create, {
      body: {
        ...{ procedure_id: procedure, serial_number: 'SN-7', part_number: 'PCBA01', outcome: 'FAIL' },
        ...{
          started_at: start,
          ended_at: start,
          phases: measured === undefined ? [] : [{ ...measured, started_at: start, ended_at: start }],
        },
      },
    });
    await push('SN-8', 'PASS', 0);
    const days = [...weekdays];
    const calendar = {
      time_zone: 'UTC',
      shifts: [{ name: 'Whole day', days, from: '00:00', to: '00:00' }],
      holidays: [],
    };
    await (await bench.api()).call(shifts.setCalendar, { params, body: { calendar } });
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    const shift = page().locator('.shift');
    await shift.getByText(/^Whole day, /).waitFor();
    await eventually(async () =>
      assert.match(
        (await shift.innerText()).replace(/\s+/g, ' '),
        /Units 2 First-pass yield 50% 1 of 2 Last failure FAIL SN-7 .* Last run PASS SN-8/,
      ),
    );
    for (const theme of allThemes) await window.screenshot('shift-operator', theme);
    assert.deepEqual(await axeProblems(page()), []);
    await window.page.setViewportSize({ width: 620, height: 800 });
    await window.screenshot('shift-operator-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await shift.getByRole('button', { name: 'SN-7' }).click();
    await window.page.getByRole('tab', { name: 'SN-7 FAIL' }).waitFor();
  });
});
