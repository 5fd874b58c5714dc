import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { createStation } from './support/bench.ts';
import { robotSuite } from './support/robotSuite.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

describe('a script of another kind', function () {
  const { bench, workbench } = useSharedBench({
    settings: {
      'testStations.arguments': ['--slot', '2 b'],
      'testStations.workingFolder': '${workspaceFolder}/bench data',
      'testStations.envFile': 'station.env',
    },
  });

  before(async () => {
    mkdirSync(join(bench.workspace, 'bench data'));
    bench.write('station.env', 'FIXTURE="F 7"\nTOFUPILOT_API_KEY=tss_not-this-one\n');
    for (const name of ['plain_phases.py', 'openhtf_fvt1.py']) bench.script(name);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('runs plain functions with a scanned serial number, arguments, folder and environment, and is stored once', async () => {
    const window = workbench();
    await window.openFile('plain_phases.py');
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Serial number of the unit under test');
    await window.quickInput.fill(''); // the number of an earlier suite may be offered
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /needs a serial number/));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('serial-number', theme);
    await window.quickInput.fill('SN-SCANNED');
    await window.quickInput.accept();
    await window.notification(/SN-SCANNED: PASS\..*Saved as a run of FVT1/).close();
    await eventually(async () => {
      const text = (await window.testResultText()).replaceAll(/\s+/g, ' ');
      assert.match(text, /here bench data \['--slot', '2 b'\] F 7/);
    });
    const [{ id } = assert.fail(), ...more] = await bench.runs();
    assert.equal(more.length, 0);
    const saved = await bench.run(id);
    assert.deepEqual(saved.phases.map(({ name, outcome }) => [name, outcome]), [['phase_power', 'PASS'], ['phase_flash', 'PASS']]); // prettier-ignore
    assert.equal(saved.phases[0]?.measurements[0]?.measured_value, 3.3);
    const rows = ['plain_phases.py · Bench 1', 'plain_phases.py', 'phase_powerplain_phases.py', 'phase_flashplain_phases.py']; // prettier-ignore
    await eventually(async () => assert.deepEqual((await window.testResultRows()).slice(0, 4), rows));
  });

  it('offers the last serial number and runs nothing when the question is canceled', async () => {
    const window = workbench();
    await window.changeSettings({
      'testStations.serialNumber': 'ask',
      'testStations.serialNumberFormat': 'SN-(\\d+|SCANNED)',
    });
    await window.openFile('openhtf_fvt1.py');
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Serial number of the unit under test');
    assert.equal(await window.quickInput.value(), 'SN-SCANNED');
    await window.quickInput.fill('CARTON-7');
    await eventually(async () =>
      assert.match(await window.quickInput.message(), /^CARTON-7 is no serial number of the format SN-/),
    );
    await window.quickInput.fill('SN-2');
    await window.quickInput.accept();
    await window.notification(/SN-2: PASS\..*Saved as a run of FVT1/).close();
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Serial number of the unit under test');
    await window.quickInput.cancel();
    await window.changeSettings({
      'testStations.serialNumber': 'fixed',
      'testStations.fixedSerialNumber': 'GOLDEN',
    });
    await eventually(async () => assert.equal((await window.editorActions()).includes('Stop Run'), false));
    await window.editorAction('Run Procedure on Station');
    await window.notification(/GOLDEN: PASS\..*Saved as a run of FVT1/).close();
    assert.equal((await bench.runs()).length, 3);
  });

  it('runs tests of pytest as phases, and one of them alone', async () => {
    const window = workbench();
    const count = (await bench.runs()).length;
    await window.changeSettings({ 'testStations.serialNumber': 'script', 'testStations.arguments': [] });
    bench.write(
      'test_board.py',
      `PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN-PT", "PCBA01"

def test_supply(measure):
    assert measure("supply", 3.31, lower=3.2, upper=3.4, units="V")

def test_led():
    assert "red" == "green"
`,
    );
    await window.openFile('test_board.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-PT: FAIL\..*Saved as a run of FVT1/).close();
    const [{ id } = assert.fail()] = await bench.runs();
    const saved = await bench.run(id);
    assert.deepEqual(
      saved.phases.map(({ name, outcome }) => [name, outcome]),
      [
        ['test_supply', 'PASS'],
        ['test_led', 'FAIL'],
      ],
    );
    assert.equal(saved.phases[0]?.measurements[0]?.measured_value, 3.31);
    await window.page.getByText("AssertionError: assert 'red' == 'green'").first().waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('pytest', theme);
    await window.page.locator('.editor-group-container.active .testing-run-glyph').nth(1).click();
    await window
      .notification(/SN-PT: ABORTED\. This was a partial run: only test_supply\. Its outcome: PASS\./)
      .close();
    const [{ id: partial } = assert.fail()] = await bench.runs();
    assert.deepEqual((await bench.run(partial)).metadata, { partial_run: 'only test_supply' });
    assert.equal((await bench.runs()).length, count + 2);
    await window.openFile('openhtf_fvt1.py');
  });

  it('runs the keywords of a Robot Framework suite as phases, and one of its tests alone', async () => {
    const window = workbench();
    const count = (await bench.runs()).length;
    bench.write(
      'board.robot',
      `${robotSuite}
Leds
    Log    Looking at the LEDs
    Should Be Equal    red    green
`,
    );
    await window.openFile('board.robot');
    await window.page.locator('.codelens-decoration').getByText('Run on Bench 1').waitFor();
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-RF: FAIL\..*Saved as a run of FVT1/).close();
    const [{ id } = assert.fail()] = await bench.runs();
    const saved = await bench.run(id);
    assert.deepEqual(
      saved.phases.map(({ name, outcome }) => [name, outcome]),
      [
        ['Supply / Measure supply', 'PASS'],
        ['Leds / Log', 'PASS'],
        ['Leds / Should Be Equal', 'FAIL'],
      ],
    );
    assert.equal(saved.phases[0]?.measurements[0]?.measured_value, 3.31);
    assert.ok(saved.logs.some(({ message }) => message === 'Looking at the LEDs'));
    await window.page.getByText('AssertionError: red != green').first().waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('robot', theme);
    await window.page.locator('.editor-group-container.active .testing-run-glyph').nth(1).click();
    await window.notification(/SN-RF: ABORTED\. This was a partial run: only Supply\. Its outcome: PASS\./).close();
    const [{ id: partial } = assert.fail()] = await bench.runs();
    assert.deepEqual((await bench.run(partial)).metadata, { partial_run: 'only Supply' });
    assert.equal((await bench.runs()).length, count + 2);
    await window.openFile('openhtf_fvt1.py');
  });

  it('names an environment file that cannot be read', async () => {
    const window = workbench();
    bench.remove('station.env');
    await window.editorAction('Run Procedure on Station');
    const message = window.notification(/environment file .*station\.env cannot be read/);
    assert.ok((await message.buttons()).includes('Open Setting'));
    await message.close();
    assert.equal((await bench.runs()).length, 7);
  });
});
