import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { createUserKey } from '../../src/extension/connection/serverProcess.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { axeProblems } from './support/axe.ts';
import { createStation, python } from './support/bench.ts';
import { build, root } from './support/places.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { TestExplorer } from './support/testExplorer.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

const standIn = join(root, 'test', 'support', 'engine', 'standInTofupilot.mjs');
const runCommand = 'Test Stations: Run Procedure on Station';

const leavings = join(build, 'screenshots');
const looks = {
  light: { colorScheme: 'light', contrast: 'no-preference' },
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  hc: { colorScheme: 'dark', contrast: 'more' },
} as const;

/** The fields of all 12 kinds. */
const fieldsOf = (page: Page | FrameLocator): Locator[] => [
  page.getByRole('img', { name: 'Where to look' }),
  page.getByRole('progressbar', { name: 'Progress' }),
  page.getByRole('textbox', { name: 'Label' }),
  page.getByRole('textbox', { name: 'Remarks' }),
  page.getByRole('spinbutton', { name: 'Voltage' }),
  page.getByRole('slider', { name: 'Brightness' }),
  page.getByRole('switch', { name: 'The board is powered' }),
  page.getByRole('radiogroup', { name: 'Color' }),
  page.getByRole('combobox', { name: 'Fixture' }),
  page.getByRole('group', { name: 'Parts' }),
  page.getByRole('group', { name: 'Checks' }),
  page.getByText('Wear a wrist strap.'),
];

/** Lets the procedure ask for its unit, as it does without `auto_identify`. */
function askForTheUnit(folder: string, example: string): void {
  const lines = (of: string): string[] => readFileSync(join(of, 'session.jsonl'), 'utf8').trim().split('\n');
  const request = lines(example).filter((line) => line.includes('"identify_request"'));
  const session = lines(folder).flatMap((line) => (line.includes('"identify_resolved"') ? request : [line]));
  writeFileSync(join(folder, 'session.jsonl'), session.join('\n'));
  const yaml = join(folder, 'procedure.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('  auto_identify: true\n', ''));
}

/** With the stand-in for TofuPilot's program: what only the real one can show is not tested here. */
describe('procedure.yaml', function () {
  const { bench, workbench } = useSharedBench({ settings: { 'testStations.tofupilotPath': standIn } });
  const file = (session: string): string => `${session}/procedure.yaml`;

  before(async () => {
    for (const session of ['passes', 'failedLimit', 'allFields']) {
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
    await explorer.expand('main');
    await explorer.expand('teardown');
    await eventually(async () => {
      const rows = (await explorer.rows()).join('\n');
      assert.match(rows, /^ {2}main\b.*\n {4}A\b.*\n {4}B\b.*\n {2}teardown\b.*\n {4}T\b/m);
    });
  });

  it('completes keys in the editor without the YAML extension', async () => {
    const window = workbench();
    await window.openFile(file('failedLimit'));
    await window.page.keyboard.press('Control+End');
    await window.page.keyboard.type('\nexec');
    const suggestion = window.page.locator('.suggest-widget').getByRole('option', { name: /^execution/ });
    await suggestion.waitFor();
    await window.page.keyboard.press('Escape');
    await window.command('File: Revert File');
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

  it('is operated with fields of all kinds, in the editor and in a browser', async () => {
    const window = workbench();
    askForTheUnit(join(bench.workspace, 'allFields'), join(bench.workspace, 'passes'));
    const station = window.tree('Stations').row('Bench 1');
    await window.openContainer('Test Stations');
    await station.menu('Set Station Script…');
    await window.quickInput.opened('Script that Bench 1 starts');
    await window.quickInput.fill(file('allFields'));
    await window.quickInput.pick('procedure.yaml');
    await station.action('Open Operator UI');
    const panel = window.webview();
    await panel.getByText('allFields').waitFor();
    await panel.getByRole('textbox', { name: /serial number/i }).fill('SN-0500');
    await panel.getByRole('textbox', { name: /serial number/i }).press('Enter');
    await panel.getByText('Check the board and answer').first().waitFor();
    await panel.locator('.running .serial', { hasText: 'SN-0500' }).waitFor();
    for (const field of fieldsOf(panel)) await field.waitFor();
    await window.screenshots('procedure-operator');
    assert.deepEqual(await axeProblems(panel), []);
    const id = await bench.stationId('Bench 1');
    const { url } = await (await bench.api()).call(operator.link, { params: { id } });
    const page = await window.page.context().newPage();
    await page.goto(url);
    await page.getByRole('button', { name: 'Sign In' }).click();
    const server = { program: join(root, 'dist', 'server.js'), dataFolder: bench.data };
    await page.getByLabel('Station key or user key').fill(await createUserKey(server, 'operator'));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign Out' }).waitFor();
    for (const field of fieldsOf(page)) await field.waitFor();
    for (const [name, media] of Object.entries(looks)) {
      await page.emulateMedia(media);
      assert.deepEqual(await axeProblems(page), [], name);
      if (areScreenshotsWanted) {
        await page.screenshot({
          path: join(leavings, `procedure-page-${name}.png`),
          animations: 'disabled',
          fullPage: true,
        });
      }
    }
    await page.close();
    await panel.getByRole('textbox', { name: 'Label' }).fill('LBL-1');
    await panel.getByRole('switch', { name: 'The board is powered' }).check();
    await panel.getByRole('radio', { name: 'Green' }).check();
    await panel.getByRole('checkbox', { name: 'Fan' }).check();
    await panel.getByRole('button', { name: 'Send Answer' }).click();
    // The page for prompts beside the editor is for windows without the Operator UI, also at the moment of the answer.
    const verdict = panel.getByLabel('Verdict');
    await verdict.getByText('SN-0500').waitFor();
    await verdict.getByText('PASS', { exact: true }).waitFor();
  });

  it('explains what is missing', async () => {
    const window = workbench();
    await window.openFile(file('passes'));
    await window.changeSettings({ 'testStations.tofupilotPath': '/nowhere/tofupilot' });
    await window.command(runCommand);
    const missing = window.notification(/needs TofuPilot’s command line program.*not found as \/nowhere\/tofupilot/);
    await missing.locator.waitFor();
    assert.deepEqual(await missing.buttons(), ['Open Install Page', 'Open Setting', 'Show Log']);
  });
});
