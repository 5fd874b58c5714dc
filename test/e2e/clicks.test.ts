import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { before, describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

describe('a test engineer at the bench', function () {
  const { bench, workbench } = useSharedBench();

  before(() => {
    for (const name of ['openhtf_fvt1.py', 'prompts.py', 'loop.py']) bench.script(name);
  });

  it('runs a script with the play button of the editor', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    await window.notification(/SN-0001: PASS/).close();
  });

  it('runs a script from the context menu of the explorer', async () => {
    const window = workbench();
    await window.command('View: Show Explorer');
    await window.tree('Files Explorer').row('openhtf_fvt1.py').menu('Run Procedure on Station');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    await window.notification(/SN-0001: PASS/).close();
    assert.equal((await bench.runs()).length, 2);
  });

  it('answers the prompts of a running test', async () => {
    const window = workbench();
    await window.openFile('prompts.py');
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Operator prompt of prompts.py · Bench 1');
    await eventually(async () => assert.match(await window.quickInput.message(), /Scan the label/));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('prompt', theme);
    await window.quickInput.fill('LBL-77');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /Remove the board/));
    await window.quickInput.accept();
    await window.notification(/SN-ASK: PASS.*Saved/).locator.waitFor();
    const asked = (await bench.runs()).find((run) => run.unit.serial_number === 'SN-ASK');
    const [phase] = (await bench.run(asked?.id ?? '')).phases;
    assert.deepEqual(
      phase?.measurements.map(({ name, measured_value }) => [name, measured_value]),
      [['label', 'LBL-77']],
    );
    await window.notification(/SN-ASK: PASS/).close();
  });

  itSlow('is offered a dismissed prompt again', async () => {
    const window = workbench();
    await window.openFile('prompts.py');
    await window.editorAction('Run Procedure on Station');
    await window.quickInput.opened('Operator prompt of prompts.py · Bench 1');
    await window.quickInput.cancel();
    await window.notification('prompts.py · Bench 1 waits for an answer: Scan the label').click('Answer');
    await window.quickInput.opened('Operator prompt of prompts.py · Bench 1');
    await window.command('Test Stations: Stop Run');
    await window.notification(/SN-ASK: ABORTED/).locator.waitFor();
    await window.notification(/SN-ASK: ABORTED/).close();
  });

  it('sees each unit of a loop as a separate run', async () => {
    const window = workbench();
    const before = (await bench.runs()).length;
    await window.openFile('loop.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-3: PASS.*last of 3 runs \(2 PASS, 1 FAIL\)/).locator.waitFor();
    const runs = await bench.runs();
    assert.equal(runs.length, before + 3);
    for (const [serial, outcome] of [
      ['SN-1', 'PASS'],
      ['SN-2', 'FAIL'],
      ['SN-3', 'PASS'],
    ]) {
      assert.equal(runs.find((run) => run.unit.serial_number === serial)?.outcome, outcome);
    }
  });
});

describe('a data folder that cannot be used', function () {
  const { workbench } = useSharedBench({ prepare: ({ data }) => writeFile(data, '') });

  it('is reported in the view and in the error, with a button to choose another folder', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.page.getByText('The station server could not be started.').waitFor();
    await window.page.getByRole('button', { name: 'Try Again' }).click();
    const trouble = window.notification(/data folder .*\/data cannot be used/);
    await trouble.locator.waitFor();
    assert.deepEqual(await trouble.buttons(), ['Choose Data Folder', 'Show Log']);
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('no-server', theme);
  });
});
