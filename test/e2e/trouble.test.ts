import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

describe('errors while a script runs', function () {
  const { bench, workbench } = useSharedBench();

  before(async () => {
    for (const name of ['waiting.py', 'dying.py', 'openhtf_fvt1.py']) bench.script(name);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openContainer('Test Stations');
  });

  it('keep the result: the same script is not started twice, and a killed server is restarted for the push', async () => {
    const window = workbench();
    await window.openFile('waiting.py');
    await window.editorAction('Run Procedure on Station');
    await bench.scriptWaits();

    await window.editorAction('Run Procedure on Station');
    await window.notification('waiting.py is still running').close();

    await window.tree('Stations').row('Bench 1').menu('Delete Key…');
    await eventually(async () => assert.match(await window.dialog.text(), /A script is running on this station now/));
    await window.dialog.click('Cancel');

    const { pid } = bench.address();
    process.kill(pid, 'SIGKILL');
    await until(() => bench.address().pid !== pid, { what: 'the server to be started again' });
    bench.release();
    await window.notification(/SN-WAIT: PASS.*Saved as a run of FVT1/).locator.waitFor();
    assert.equal((await bench.runs()).length, 1);
    await window.notification(/SN-WAIT: PASS/).close();
  });

  itSlow('name the unit whose test ended with its process', async () => {
    const window = workbench();
    await window.openFile('dying.py');
    await window.editorAction('Run Procedure on Station');
    const died = window.notification(
      /A test was not finished, and its run was not saved\. The Python process died with exit code 3\./,
    );
    await died.locator.waitFor();
    for (const theme of ['light', 'dark'] as const) await window.screenshot('died', theme);
    assert.deepEqual((await bench.runs()).map((run) => run.unit.serial_number).sort(), ['SN-A', 'SN-WAIT']);
    await died.close();
  });

  itSlow('name the station whose key is in the script', async () => {
    const window = workbench();
    await createStation(window, 'Bench 2');
    await bench.linkedProcedure('Bench 2', 'EOL');
    const key = await window.copied(() => window.notification('Station Bench 2 is ready').click('Copy Key'));
    bench.write(
      'foreign.py',
      bench.read('openhtf_fvt1.py').replace('upload())', `upload(api_key="${key}"))`).replaceAll('"FVT1"', '"EOL"'),
    );
    await window.openFile('foreign.py');
    await window.command('Test Stations: Select Station');
    await window.quickInput.pick('Bench 1');
    await window.statusBarItem('Bench 1').waitFor();
    await window.editorAction('Run Procedure on Station');
    await window.dialog.click('Link EOL');
    await window
      .notification(/Saved as a run of EOL on Bench 2.*key of the script’s own, not as Bench 1/)
      .locator.waitFor();
  });
});
