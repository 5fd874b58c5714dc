import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { before, it } from 'mocha';
import { overview } from '../../src/shared/contract/overview.ts';
import { describeSlow } from '../support/slow.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { Terminal } from './support/terminal.ts';
import { eventually, until } from './support/until.ts';

/** The oldest supported client streams; the newest does so no more. */
const streamingPython = (): string => (process.env['TEST_PYTHONS'] ?? '').split(delimiter).at(-1) ?? '';

/** Says last, where it is to be seen, what the client said before the test. */
const script = `import contextlib
import io
import openhtf as htf
from tofupilot.openhtf import TofuPilot

def phase_one(test):
    return htf.PhaseResult.CONTINUE

printed = io.StringIO()
test = htf.Test(phase_one, procedure_id="FVT1", part_number="PCBA01")
with contextlib.redirect_stdout(printed), TofuPilot(test):
    test.execute(lambda: "SN-0001")
print("The client said:", " ".join(printed.getvalue().split())[:60])
`;

const connected = /Connected to TofuPilot real-time server/;
const untrusted = /CERTIFICATE_VERIFY_FAILED|Failed to connect/;

describeSlow('live streams of scripts', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench, { 'testStations.python': streamingPython() });
  const states = async (): Promise<string[]> =>
    (await (await bench.api()).call(overview.list)).data.map(({ state }) => state);

  before(async () => {
    bench.script('openhtf_station_page.py');
    bench.write('streamed.py', script);
    await workbench().open(bench.workspace);
    await createStation(workbench(), 'Bench 1');
    await workbench().notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('reach the server from a script that runs in the editor', async () => {
    const window = workbench();
    await window.openFile('streamed.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/SN-0001: PASS\..*Saved as a run of FVT1/).close();
    await eventually(async () =>
      assert.match(await window.testResultText(), /The client said: Connected to TofuPilot real-time server/),
    );
    await eventually(async () => assert.deepEqual(await states(), ['disconnected']));
  });

  it('reach the server from a script that runs in a station terminal', async () => {
    const window = workbench();
    await window.command('Test Stations: Open Station Terminal');
    const terminal = new Terminal(window.page);
    await eventually(async () => assert.match(await terminal.text(), /push their runs as Bench 1/));
    await terminal.enter('python openhtf_station_page.py');
    await eventually(async () => assert.equal((await bench.runs()).length, 2));
    await eventually(async () => {
      const text = (await terminal.text()).replaceAll('\n', '');
      assert.match(text, connected);
      assert.doesNotMatch(text, untrusted);
    });
  });

  it('show the prompt of a script in a station terminal in the Operator UI and return the answer', async () => {
    const window = workbench();
    bench.script('openhtf_streamed.py');
    await new Terminal(window.page).enter('python openhtf_streamed.py .');
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    const panel = window.webview();
    await panel.getByText('Which colour has the LED?').first().waitFor();
    await panel.getByRole('textbox', { name: 'Answer' }).fill('green');
    await panel.getByRole('button', { name: 'Send Answer' }).click();
    await panel.locator('.measurement', { hasText: 'supply' }).waitFor();
    bench.release();
    await panel.getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    const pushed = await until(async () => (await bench.runs()).find(({ unit }) => unit.serial_number === 'SN-LIVE'), {
      what: 'the run',
    });
    const { phases } = await bench.run(pushed.id);
    const answer = phases.flatMap(({ measurements }) => measurements).find(({ name }) => name === 'answer');
    assert.equal(answer?.measured_value, 'green');
    await window.screenshot('operator-panel-terminal', 'dark');
  });
});
