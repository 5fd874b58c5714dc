import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator, Locator } from 'playwright-core';
import type { LivePrompt, LiveTest } from '../../src/shared/contract/liveTest.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { eventually, until } from './support/until.ts';

const station_script = `
import openhtf as htf
from openhtf.plugs import user_input
from openhtf.util import units
from tofupilot.openhtf import TofuPilot


@htf.measures(htf.Measurement("supply").in_range(3.2, 3.4).with_units(units.VOLT))
def measure_supply(test):
    test.measurements.supply = 3.3
    test.logger.warning("The rail is warm")


@htf.measures(htf.Measurement("label"))
@htf.plug(operator=user_input.UserInput)
def scan_label(test, operator):
    test.measurements.label = operator.prompt("Scan the <b>label</b>", text_input=True, timeout_s=900)


@htf.plug(operator=user_input.UserInput)
def close_lid(test, operator):
    operator.prompt("Close the lid")


test = htf.Test(measure_supply, scan_label, close_lid, procedure_id="FVT1", part_number="PCBA01")
with TofuPilot(test):
    test.execute(lambda: "SN-0001")
`;

const names = `PROCEDURE_ID = "FVT1"
SERIAL_NUMBER = "SN-OWN"
PART_NUMBER = "PCBA01"
`;
const measured = '{"name": "supply", "outcome": "PASS", "measured_value": 3.3, "lower_limit": 3.2, "upper_limit": 3.4}';

/** By the file's name. The operator's serial number takes the place of the script's own. */
const otherKinds = {
  'phase_functions.py': `${names}def phase_supply():\n    return {"measurements": [${measured}]}\n\n\nphase_supply()\n`,
  'test_board.py': `${names}def test_supply(measure):\n    assert measure("supply", 3.3, lower=3.2, upper=3.4, units="V")\n`,
  'board.robot': `*** Settings ***
Library    TestStations
*** Variables ***
\${PROCEDURE_ID}    FVT1
\${SERIAL_NUMBER}    SN-OWN
\${PART_NUMBER}    PCBA01
*** Test Cases ***
Supply
    Measure    supply    3.3    3.2    3.4    V
`,
  'client.py': `import time
from tofupilot import TofuPilotClient

now = time.time() * 1000
phase = {"name": "a", "outcome": "PASS", "start_time_millis": now, "end_time_millis": now, "measurements": [${measured}]}
TofuPilotClient().create_run(
    procedure_id="FVT1",
    unit_under_test={"serial_number": "SN-OWN", "part_number": "PCBA01"},
    run_passed=True,
    phases=[phase],
)
`,
};

describe('the Operator UI in VS Code', function () {
  const { bench, workbench } = useSharedBench();
  const view = (): FrameLocator => workbench().webview();
  const button = (name: string | RegExp): Locator => view().getByRole('button', { name });
  const serial = (): Locator => view().getByRole('textbox', { name: /serial number/i });

  before(async () => {
    bench.write('station.py', station_script);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openContainer('Test Stations');
    await window.notification('Station Bench 1 is ready').close();
  });

  /** What the server knows of the station's test and of its question, once it asks. */
  async function asked(station: string): Promise<LiveTest & { prompt: LivePrompt }> {
    const params = { id: await bench.stationId(station) };
    return until(
      async () => {
        const { test } = await (await bench.api()).call(operator.state, { params });
        return test?.prompt && { ...test, prompt: test.prompt };
      },
      { what: 'a question' },
    );
  }

  /** Somebody else, somewhere else, answers. */
  async function answer(station: string, prompt_id: string, text: string): Promise<void> {
    const params = { id: await bench.stationId(station) };
    await (await bench.api()).call(operator.answer, { params, body: { prompt_id, text } });
  }

  /** Nothing is wrong for screen readers and contrast. */
  async function looked(name: string): Promise<void> {
    await workbench().screenshots(`operator-panel-${name}`);
    assert.deepEqual(await axeProblems(view()), []);
  }

  it('opens from the tree and explains how to start tests', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    await view().getByRole('heading', { name: 'Bench 1' }).waitFor();
    await view().getByText('To start tests here, set a script').waitFor();
    await looked('nothing');
  });

  it('starts the station script with the scanned serial number', async () => {
    const window = workbench();
    await button('Set Station Script…').click();
    await window.quickInput.opened('Script that Bench 1 starts');
    await window.quickInput.pick('station.py');
    await view().getByText('station.py').waitFor();
    await window.changeSettings({ 'testStations.serialNumberFormat': 'SN-\\d+' });
    await serial().click();
    await window.page.keyboard.type('CARTON-7');
    await window.page.keyboard.press('Enter');
    await view().getByText('CARTON-7 is no serial number of the format SN-').first().waitFor();
    await serial().click();
    await window.page.keyboard.type('SN-0007');
    await window.page.keyboard.press('Enter');
    await view().getByText('Scan the <b>label</b>').first().waitFor();
    await view().locator('.running .serial', { hasText: 'SN-0007' }).waitFor();
    assert.equal(await window.page.locator('.quick-input-widget').filter({ visible: true }).count(), 0, 'no box too');
    assert.match(
      await view().locator('.measurement', { hasText: 'supply' }).innerText(),
      /PASS\s+supply\s+3\.3 V\s+3\.2 ≤ x ≤ 3\.4 V/,
    );
    await view()
      .getByText(/1[45]:\d\d left/)
      .waitFor();
    await looked('prompt');
  });

  it('keeps the prompt and the typed text after a reload of the view', async () => {
    const window = workbench();
    await view().getByRole('textbox', { name: 'Answer' }).fill('LB-');
    await window.openFile('station.py');
    await window.page.getByRole('tab', { name: 'Bench 1' }).click();
    await view().getByText('Scan the <b>label</b>').first().waitFor();
    await eventually(async () =>
      assert.equal(await view().getByRole('textbox', { name: 'Answer' }).inputValue(), 'LB-'),
    );
  });

  it('passes the answers to the test', async () => {
    const window = workbench();
    await view().getByRole('textbox', { name: 'Answer' }).fill('LB-1');
    await window.page.keyboard.press('Enter');
    await view().getByText('Close the lid').first().waitFor();
    await button('Confirm').click();
    await view().getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    await view().getByLabel('Verdict').getByText('SN-0007').waitFor();
    await eventually(async () =>
      assert.equal(
        await serial().getAttribute('placeholder'),
        'Scan, or type; next: SN-0008',
        'the next number is offered',
      ),
    );
    assert.equal(await serial().inputValue(), '');
    await looked('pass');
    const pushed = await until(async () => (await bench.runs())[0], { what: 'the run' });
    const run = await bench.run(pushed.id);
    assert.equal(run.unit.serial_number, 'SN-0007');
    const label = run.phases.flatMap(({ measurements }) => measurements).find(({ name }) => name === 'label');
    assert.equal(label?.measured_value, 'LB-1');
  });

  itSlow('continues when the server is killed during a test', async () => {
    await serial().fill('SN-0050');
    await button('Start Test').click();
    await view().getByText('Scan the <b>label</b>').first().waitFor();
    const { pid } = bench.address();
    const isLost = view().locator('[data-live]:not([data-live=live])').waitFor();
    process.kill(pid, 'SIGKILL');
    await isLost;
    await eventually(() => assert.notEqual(bench.address().pid, pid));
    await view().locator('[data-live=live]').waitFor();
    await view().getByRole('textbox', { name: 'Answer' }).fill('LB-50');
    await eventually(async () => assert.ok(await button('Send Answer').isEnabled()));
    await button('Send Answer').click();
    await view().getByText('Close the lid').first().waitFor();
    await button('Confirm').click();
    await view().getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    await workbench()
      .notification(/SN-0050: PASS/)
      .close();
  });

  itSlow('stops a test that was started from the panel', async () => {
    await serial().fill('SN-0051');
    await button('Start Test').click();
    await view().getByText('Scan the <b>label</b>').first().waitFor();
    await button(/^\s*Stop\s*$/).click();
    await button('Stop Test').click();
    await view().getByLabel('Verdict').getByText('ABORTED', { exact: true }).waitFor();
    await looked('aborted');
  });

  it('shows a test started by Run, whose prompts the box, the panel and other clients can answer', async () => {
    const window = workbench();
    await window.closeEditor('Bench 1');
    await window.openFile('station.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.quickInput.opened('Operator prompt of station.py · Bench 1');
    const test = await asked('Bench 1');
    assert.equal(test.serial_number, 'SN-0001');
    await answer('Bench 1', test.prompt.id, 'from afar');
    await eventually(async () => assert.match(await window.quickInput.message(), /Close the lid/));
    await window.quickInput.accept();
    await window.notification(/SN-0001: PASS/).locator.waitFor();
    await window.notification(/SN-0001: PASS/).close();
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    await view().getByLabel('Verdict').getByText('SN-0001').waitFor();
  });

  it('notifies of a prompt when the panel is hidden and shows an input box when it is closed', async () => {
    const window = workbench();
    await serial().fill('SN-0099');
    await serial().click(); // what is scanned now replaces the number
    await window.page.keyboard.type('SN-0100');
    await window.page.keyboard.press('Enter');
    await view().getByText('Scan the <b>label</b>').first().waitFor();
    await window.openFile('station.py');
    await answer('Bench 1', (await asked('Bench 1')).prompt.id, 'LB-2');
    const waits = window.notification(/The test on Bench 1 waits for an answer: Close the lid/);
    await window
      .tree('Stations')
      .row(/Bench 1.*waits for an answer/)
      .locator.waitFor();
    await waits.locator.waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('operator-waiting', theme);
    await waits.click('Answer');
    await view().getByText('Close the lid').first().waitFor();
    await window.closeEditor('Bench 1');
    await window.quickInput.opened('Operator prompt of station.py · Bench 1');
    await window.quickInput.accept();
    await window.notification(/SN-0100: PASS/).close();
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
  });

  it('loops over serial numbers until the loop is turned off', async () => {
    const window = workbench();
    bench.write(
      'station.py',
      station_script.replace(/operator\.prompt\("Scan.*\)/, '"LB"').replace('operator.prompt("Close the lid")', 'pass'),
    );
    await view().getByRole('checkbox', { name: /^Loop/ }).check();
    await serial().fill('SN-0200');
    await window.page.keyboard.press('Enter');
    // One after the other, until it is told: further ones may have begun by then.
    await view()
      .getByLabel('Verdict')
      .getByText(/SN-02(?!00)\d\d/)
      .waitFor();
    await view().getByRole('checkbox', { name: /^Loop/ }).uncheck();
    await button(/^Use SN-02\d\d$/).waitFor(); // the next number is offered when nothing runs any more
    await eventually(async () => {
      const runs = (await bench.runs()).map(({ unit }) => unit.serial_number);
      assert.ok(runs.includes('SN-0200') && runs.includes('SN-0201'), runs.join());
    });
  });

  itSlow('is restored with the window', async () => {
    await serial().fill('SN-0299');
    await isKept(workbench().page, /serial\W+SN-0299/);
    await workbench().reload();
    await view().getByRole('heading', { name: 'Bench 1' }).waitFor();
    await view().getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    await view().getByText('station.py').waitFor();
  });

  it('copies a link with which anyone can watch', async () => {
    const window = workbench();
    const link = await window.copied(() => button('Copy Link').click());
    await window.notification(/The link to Bench 1 was copied/).close();
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/operator\/#[-0-9a-f]{36}\/tsl_/);
    const page = await window.page.context().newPage();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Bench 1' }).waitFor();
    await page.getByText('Watching only').waitFor();
    await page.close();
  });

  for (const [script, source] of Object.entries(otherKinds)) {
    it(`tests a unit with ${script}`, async () => {
      const window = workbench();
      bench.write(script, source);
      await window.tree('Stations').row('Bench 1').menu('Set Station Script…');
      await window.quickInput.opened('Script that Bench 1 starts');
      await window.quickInput.pick(script);
      await window.tree('Stations').row('Bench 1').action('Open Operator UI');
      await view().getByText(script).waitFor();
      const serialNumber = `SN-${String(Object.keys(otherKinds).indexOf(script) + 300)}`;
      await serial().fill(serialNumber);
      await window.page.keyboard.press('Enter');
      const verdict = view().getByLabel('Verdict');
      await verdict.getByText(serialNumber).waitFor();
      await verdict.getByText('PASS', { exact: true }).waitFor();
      await view().locator('.measurement', { hasText: 'supply' }).first().waitFor();
      await eventually(async () => {
        const [newest] = await bench.runs();
        assert.deepEqual([newest?.unit.serial_number, newest?.outcome], [serialNumber, 'PASS']);
      });
    });
  }
});
