import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { Bench, useBench } from './support/bench.ts';
import { eventually } from './support/until.ts';
import { Walkthrough } from './support/walkthrough.ts';
import type { Workbench } from './support/workbench.ts';

const themes = ['light', 'dark', 'hc'] as const;

describe('the first five minutes', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const walkthrough = (): Walkthrough => new Walkthrough(workbench().page);
  const sample = join(bench.workspace, 'test-stations-sample');

  it('open a walkthrough of five steps on request', async () => {
    const window = workbench();
    await window.openEmpty();
    assert.equal(await walkthrough().steps().count(), 0);
    await window.command('Test Stations: Get Started');
    await eventually(async () =>
      assert.deepEqual(await walkthrough().steps().locator('.step-title').allInnerTexts(), [
        'Create a station',
        'Link a procedure',
        'Open a sample script',
        'Run it on the station',
        'See the result',
      ]),
    );
    assert.deepEqual(await walkthrough().done(), []);
    for (const step of ['station', 'procedure', 'script', 'run', 'result']) {
      await walkthrough().show(step);
      await walkthrough().picture(step).waitFor();
      for (const theme of themes) await window.screenshot(`walkthrough-${step}`, theme);
    }
  });

  itSlow('keep the focus in the input box that a step of the walkthrough has opened', async () => {
    const window = workbench();
    const focused = await walkthrough().clickAtOnce('station', 'Create Station');
    await window.quickInput.opened('Create station');
    await eventually(async () => assert.ok((await focused()).includes('step'), 'the step should get the focus'));
    assert.equal((await focused()).at(-1), 'box');
    await window.page.keyboard.type('Bench');
    assert.equal(await window.quickInput.value(), 'Bench');
    await window.quickInput.cancel();
  });

  it('create a station from the walkthrough', async () => {
    const window = workbench();
    await walkthrough().click('station', 'Create Station');
    await window.quickInput.opened('Create station');
    await window.quickInput.fill('Bench 1');
    await window.quickInput.accept();
    await window.notification('Station Bench 1 is ready').close();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station']));
  });

  it('link a procedure from the walkthrough to the only station without a question about the station', async () => {
    const window = workbench();
    await walkthrough().click('procedure', 'Link Procedures');
    await window.quickInput.opened('Create procedure (1/2)');
    await window.quickInput.fill('Functional verification');
    await window.quickInput.accept();
    await window.quickInput.opened('Create procedure (2/2)');
    await window.quickInput.fill('FVT1');
    await window.quickInput.accept();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station', 'procedure']));
  });

  it('create the sample workspace and open its script beside the walkthrough', async () => {
    const window = workbench();
    await walkthrough().click('script', 'Open Sample Workspace');
    await chooseParent(window, bench.workspace);
    await window.page.getByRole('tab', { name: 'openhtf_board.py' }).waitFor({ timeout: 60_000 });
    await walkthrough().step('run').locator('.step-description-container').waitFor();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script']));
    await window.statusBarItem('Bench 1').waitFor();
    for (const name of ['README.md', 'requirements.txt', 'openhtf_fvt1.py']) {
      assert.equal(readFileSync(join(sample, name), 'utf8'), readFileSync(join(samples(), name), 'utf8'));
    }
    for (const theme of themes) await window.screenshot('sample', theme);
  });

  it('run the sample script from the walkthrough to a PASS', async () => {
    const window = workbench();
    await walkthrough().click('run', 'Run the Open Script');
    await window.quickInput.opened('Operator prompt of openhtf_board.py · Bench 1');
    await eventually(async () => assert.match(await window.quickInput.message(), /Put the board into the fixture/));
    await window.quickInput.accept();
    const saved = window.notification(/SN-0001: PASS.*Saved as a run of FVT1|SN-0001: PASS.*Functional verification/);
    await saved.locator.waitFor();
    await eventually(async () =>
      assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script', 'run']),
    );
    const [pushed] = await bench.runs();
    const run = await bench.run(pushed?.id ?? '');
    assert.deepEqual(
      run.phases.flatMap(({ measurements }) => measurements.map(({ name, outcome }) => [name, outcome])),
      [
        ['supply_voltage', 'PASS'],
        ['power_up', 'PASS'],
      ],
    );
    await saved.click('Open Run');
    await window.page.getByRole('tab', { name: /SN-0001 PASS/ }).waitFor();
  });

  it('mark every step of the walkthrough as done', async () => {
    const window = workbench();
    await window.command('Test Stations: Get Started');
    await eventually(async () =>
      assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script', 'run', 'result']),
    );
  });

  itSlow('run the plain sample script', async () => {
    const window = workbench();
    await window.openFile('plain_board.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-0002: PASS/).locator.waitFor();
    await window.notification(/SN-0002: PASS/).close();
  });

  itSlow('open an existing sample workspace or create another one beside it', async () => {
    const window = workbench();
    writeFileSync(join(sample, 'README.md'), 'mine');
    await window.command('Test Stations: Open Sample Workspace…');
    await chooseParent(window, bench.workspace);
    await eventually(async () => assert.match(await window.dialog.text(), /already a sample workspace/));
    assert.deepEqual((await window.dialog.buttons()).sort(), ['Cancel', 'Create Another', 'Open It']);
    await window.dialog.click('Create Another');
    await eventually(async () => assert.match(await window.dialog.text(), /Where should it open/));
    await window.dialog.click('Cancel');
    assert.equal(readFileSync(join(sample, 'README.md'), 'utf8'), 'mine');
    assert.ok(existsSync(join(`${sample}-2`, 'openhtf_board.py')));
  });
});

const samples = (): string => join(import.meta.dirname, '..', '..', 'samples');

/** Answers the dialog that asks for the parent of the sample's folder. It takes no path before it shows the home folder. */
async function chooseParent(window: Workbench, folder: string): Promise<void> {
  await window.quickInput.opened('Where to create the folder test-stations-sample');
  await eventually(async () => assert.equal(await window.quickInput.value(), `${window.server.home}/`));
  await window.quickInput.row('.local').waitFor();
  await window.quickInput.fill(`${folder}/`);
  await window.quickInput.row('.local').waitFor({ state: 'detached' });
  await window.quickInput.button('Create Here');
}
