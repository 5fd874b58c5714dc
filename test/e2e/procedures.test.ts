import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { createStation, python } from './support/bench.ts';
import { root } from './support/places.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { TestExplorer } from './support/testExplorer.ts';
import { eventually } from './support/until.ts';

const standIn = join(root, 'test', 'support', 'engine', 'standInTofupilot.mjs');
const runCommand = 'Test Stations: Run Procedure on Station';

/** With the stand-in for TofuPilot's program: what only the real one can show is not tested here. */
describe('procedure.yaml', function () {
  const { bench, workbench } = useSharedBench({ settings: { 'testStations.tofupilotPath': standIn } });
  const file = (session: string): string => `${session}/procedure.yaml`;

  before(async () => {
    for (const session of ['passes', 'failedLimit']) {
      const folder = join(bench.workspace, session);
      cpSync(join(root, 'test', 'fixtures', 'engine', session), folder, { recursive: true });
      mkdirSync(join(folder, 'venv', 'bin'), { recursive: true });
      symlinkSync(python(), join(folder, 'venv', 'bin', 'python'));
    }
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('shows the phases of all stages in the Test Explorer, and problems in the file', async () => {
    const window = workbench();
    const broken = join(bench.workspace, file('failedLimit'));
    const source = readFileSync(broken, 'utf8');
    writeFileSync(broken, source.replace('python: phases/t:b', 'python: phases/t:lost\n    pyhton: x'));
    await window.openFile(file('failedLimit'));
    await eventually(async () => {
      const found = (await window.problems()).join('\n');
      assert.match(found, /TofuPilot knows no key pyhton here/);
      assert.match(found, /t\.py has no function or class lost/);
    });
    writeFileSync(broken, source);
    const explorer = new TestExplorer(window);
    await explorer.open();
    await explorer.expand('procedure.yaml (failedLimit)');
    await eventually(async () => {
      const rows = (await explorer.rows()).join('\n');
      for (const name of ['A', 'B', 'T']) assert.match(rows, new RegExp(`^ +${name}\\b`, 'm'));
    });
  });

  it('runs with phases, prompts and measurements, and is saved as one run of the station', async () => {
    const window = workbench();
    const page = window.webview();
    await window.openFile(file('passes'));
    await window.command(runCommand);
    await page.getByRole('heading', { name: 'Identify the unit' }).waitFor();
    await page.getByRole('textbox', { name: 'Serial number' }).fill('XX');
    await page.getByRole('button', { name: 'Send Answer' }).click();
    await page.getByText('The text does not have the form that the test expects.').waitFor();
    await window.screenshots('procedure-unit');
    await page.getByRole('textbox', { name: 'Serial number' }).fill('SN-0042');
    await page.getByRole('textbox', { name: 'Serial number' }).press('Enter');
    await page.getByRole('heading', { name: 'Is the green light on?' }).waitFor();
    await page.getByRole('switch', { name: 'The light is on' }).check();
    await window.screenshots('procedure-prompt');
    await page.getByRole('button', { name: 'Send Answer' }).click();
    await window.notification(/SN-0042: PASS.*Saved as a run of FVT1 on Bench 1/).locator.waitFor();
    const [pushed, ...more] = await bench.runs();
    assert.deepEqual([pushed?.outcome, more.length], ['PASS', 0]);
    const { phases, attachments } = await bench.run(pushed?.id ?? '');
    assert.deepEqual(
      phases.map(({ name, measurements }) => [name, measurements.map((each) => each.name)]),
      [
        ['Check supply', ['supply_voltage', 'ripple']],
        ['Look at the board', ['light_is_on']],
      ],
    );
    assert.deepEqual(
      attachments.map(({ name }) => name),
      ['trace.csv'],
    );
  });

  it('explains what is missing', async () => {
    const window = workbench();
    await window.changeSettings({ 'testStations.tofupilotPath': '/nowhere/tofupilot' });
    await window.command(runCommand);
    const missing = window.notification(/needs TofuPilot’s command line program.*not found as \/nowhere\/tofupilot/);
    await missing.locator.waitFor();
    assert.deepEqual(await missing.buttons(), ['Open Install Page', 'Open Setting', 'Show Log']);
  });
});
