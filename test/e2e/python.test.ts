import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, it } from 'mocha';
import { describeSlow } from '../support/slow.ts';
import { Bench, createStation, python, useBench } from './support/bench.ts';
import { robotSuite } from './support/robotSuite.ts';

describeSlow('the interpreter of a run', function () {
  this.timeout(240_000);
  const bench = new Bench();
  const bare = join(bench.folder, 'bare', 'bin', 'python');
  const { workbench } = useBench(
    bench,
    { 'testStations.python': bare },
    { PIP_NO_COMPILE: '1' }, // it takes longer than the download
  );

  before(async () => {
    execFileSync(python(), ['-m', 'venv', '--without-pip', join(bench.folder, 'bare')]);
    bench.script('openhtf_fvt1.py');
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('gets openhtf in a .venv when it is missing and the user agrees', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    const missing = window.notification(/openhtf is not installed in/);
    await missing.locator.waitFor();
    assert.deepEqual(await bench.runs(), []);
    await missing.click('Install into .venv and Use It');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor({ timeout: 200_000 });
    assert.equal((await bench.runs()).length, 1);
    await window.notification(/SN-0001: PASS/).close();
  });

  it('gets Robot Framework in the .venv when a suite needs it, and nothing else', async () => {
    const window = workbench();
    bench.write('board.robot', robotSuite);
    for (const name of ['.venv', '.vscode']) rmSync(join(bench.workspace, name), { recursive: true, force: true });
    await window.changeSettings({ 'testStations.python': bare });
    await window.openFile('board.robot');
    await window.command('Test Stations: Run Procedure on Station');
    const missing = window.notification(/robotframework is not installed in .*bare.*Nothing was saved/);
    await missing.locator.waitFor();
    await window.screenshots('no-robot-framework');
    await missing.click('Install into .venv and Use It');
    await window.notification(/SN-RF: PASS.*Saved/).close();
    const packages = execFileSync(join(bench.workspace, '.venv', 'bin', 'python'), ['-m', 'pip', 'list'], {
      encoding: 'utf8',
    });
    assert.match(packages, /^robotframework /m);
    assert.doesNotMatch(packages, /^(?:openhtf|tofupilot) /m);
  });

  it('is named in the error, with a button for the setting, when it does not exist', async () => {
    const window = workbench();
    await window.changeSettings({ 'testStations.python': '/nowhere/python3' });
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    const broken = window.notification(/Python could not be started with \/nowhere\/python3/);
    await broken.locator.waitFor();
    assert.ok((await broken.buttons()).includes('Open Setting'));
  });
});
