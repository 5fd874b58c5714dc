import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { describeSlow, itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { textsBelow } from './support/files.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const runCommand = 'Test Stations: Run Procedure on Station';

describe('a script whose procedure is not linked to the station', function () {
  const { bench, workbench } = useSharedBench();

  before(async () => {
    bench.script('openhtf_fvt1.py');
    const smallest = bench.read('openhtf_fvt1.py');
    bench.write('computed.py', smallest.replace('procedure_id="FVT1"', 'procedure_id="FV" + "T9"'));
    bench.write('unnamed.py', smallest.replace('procedure_id="FVT1",', ''));
    bench.write(
      'tell.py',
      'import os, pathlib, sys\npathlib.Path("told").write_text(" ".join(sys.argv) + open("/proc/self/cmdline").read())\n' +
        smallest,
    );
    const window = workbench();
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'EOL');
    await window.openContainer('Test Stations');
  });

  it('runs under a linked procedure that the user chooses', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await window.command(runCommand);
    await window.dialog.click('Run as EOL');
    await window.notification(/SN-0001: PASS.*Saved as a run of EOL/).locator.waitFor();
    assert.deepEqual(
      (await bench.runs()).map((run) => run.procedure.name),
      ['EOL'],
    );
    await window.notification(/SN-0001: PASS/).close();
  });

  it('asks for the procedure before the first phase when the source does not name it; canceling pushes nothing', async () => {
    const window = workbench();
    await window.openFile('computed.py');
    await window.command(runCommand);
    await eventually(async () => assert.match(await window.dialog.text(), /FVT9, which is not linked to Bench 1/));
    await window.dialog.click('Cancel');
    await window.page
      .locator('.test-output-peek-tree .monaco-list-row', { hasText: 'computed.py' })
      .locator('.codicon-testing-skipped-icon')
      .first()
      .waitFor();
    assert.equal((await bench.runs()).length, 1);
  });

  itSlow('runs under the only linked procedure when it names none', async () => {
    const window = workbench();
    await window.openFile('unnamed.py');
    await window.command(runCommand);
    await window.notification(/SN-0001: PASS.*Saved as a run of EOL/).locator.waitFor();
    assert.equal((await bench.runs()).length, 2);
    await window.notification(/SN-0001: PASS/).close();
  });

  it('leaves the station key only in secret storage and in the environment of the script process', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Generate New Key…');
    await window.dialog.click('Generate New Key');
    const key = await window.copied(() => window.notification('Bench 1 has a new key').click('Copy Key'));
    assert.match(key, /^tss_.{20}/);
    await window.openFile('tell.py');
    await window.command(runCommand);
    await window.dialog.click('Run as EOL');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    assert.ok(bench.read('told').includes('tell.py'));
    assert.ok(!bench.read('told').includes(key), 'the key is in the command line');
    const files = [bench.folder, window.server.data, window.server.home].flatMap(textsBelow);
    assert.ok(files.length > 20, `only ${files.length} files to search`);
    const anyKey = /ts[su]_[A-Za-z0-9_-]{43}/;
    assert.match(key, anyKey);
    for (const { file, text } of files) {
      assert.ok(!text.includes(key), `the key is in ${file}`);
      // In the database a key's visible beginning stands before other columns, which looks like a whole one.
      if (!file.includes('stations.db')) assert.doesNotMatch(text, anyKey, `a key is in ${file}`);
    }
    assert.ok(!(await window.testResultText()).includes(key), 'the key is in the Test Results');
  });
});

describeSlow('the list of stations to choose from', function () {
  const { workbench } = useSharedBench();

  it('lists the selected station first', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await createStation(window, 'Bench 2');
    await window.notification('Station Bench 2 is ready').close();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.tree('Stations').row('Bench 2').menu('Select Station');
    await window.statusBarItem('Bench 2').waitFor();
    await window.command('Test Stations: Generate New Key…');
    await window.quickInput.row('Bench 2').waitFor();
    assert.deepEqual(
      (await window.quickInput.rows()).map(({ label, description }) => [label, description]),
      [
        ['Bench 2', 'selected'],
        ['Bench 1', ''],
      ],
    );
    await window.screenshots('pick-station');
    await window.quickInput.cancel();
  });
});
