import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { overview } from '../../src/shared/contract/overview.ts';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

const runCommand = 'Test Stations: Run Procedure on Station';

async function runFile(window: Workbench, file: string): Promise<void> {
  await window.openFile(file);
  await window.command(runCommand);
}

describe('running a script on a station', function () {
  const { bench, workbench } = useSharedBench();

  before(async () => {
    for (const name of [
      'openhtf_fvt1.py',
      'openhtf_rich.py',
      'vanilla_broken.py',
      'vanilla_fvt1.py',
      'board.py',
      'endless.py',
    ]) {
      bench.script(name);
    }
    bench.write('board_fail.py', bench.read('board.py').replace('SN-0002', 'SN-000F'));
    bench.write('syntax.py', 'import openhtf as htf\n\ndef phase(test:\n    pass\n');
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.openContainer('Test Stations');
  });

  it('links the procedure on request and pushes exactly one run of the smallest OpenHTF script', async () => {
    const window = workbench();
    await runFile(window, 'openhtf_fvt1.py');
    await window.dialog.click('Create and Link FVT1');
    const notification = window.notification(/SN-0001: PASS.*Saved as a run of FVT1 on Bench 1/);
    await notification.locator.waitFor();
    const [pushed, ...more] = await bench.runs();
    assert.ok(pushed);
    assert.deepEqual(more, []);
    const run = await bench.run(pushed.id);
    assert.equal(run.outcome, 'PASS');
    assert.equal(run.unit.serial_number, 'SN-0001');
    assert.equal(run.unit.part.number, 'PCBA01');
    assert.equal(run.procedure.name, 'FVT1');
    assert.equal(run.created_by_station?.name, 'Bench 1');
    assert.deepEqual(
      run.phases.map(({ name, outcome }) => [name, outcome]),
      [['phase_one', 'PASS']],
    );
    await window.tree('Runs').row('SN-0001').locator.waitFor();
    await window.tree('Stations').row('FVT1').locator.waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('run', theme);
    await notification.click('Open Run');
    await window.page.getByRole('tab', { name: /SN-0001 PASS/ }).waitFor();
    await window
      .webview()
      .getByRole('heading', { level: 1, name: /PASS\s*SN-0001/ })
      .waitFor();
    await window.closeEditor('SN-0001 PASS');
  });

  it('asks about a procedure that is not linked; canceling starts and pushes nothing', async () => {
    const window = workbench();
    const runs = await bench.runs();
    bench.write('unlinked.py', bench.read('openhtf_fvt1.py').replace('FVT1', 'EOL7'));
    await runFile(window, 'unlinked.py');
    await eventually(async () => assert.match(await window.dialog.text(), /EOL7, which is not linked to Bench 1/));
    assert.deepEqual((await window.dialog.buttons()).sort(), ['Cancel', 'Create and Link EOL7', 'Run as FVT1']);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('not-linked', theme);
    await window.dialog.click('Cancel');
    assert.deepEqual(await bench.runs(), runs);
    const rows = (await window.testResultRows()).join('\n');
    assert.match(rows, /openhtf_fvt1\.py/);
    assert.doesNotMatch(rows, /unlinked\.py/);
  });

  itSlow('shows all data of an OpenHTF record in the report of the run', async () => {
    const window = workbench();
    await runFile(window, 'openhtf_rich.py');
    await window.notification(/SN-RICH 1: FAIL/).click('Open Run');
    const report = window.webview();
    await report.getByRole('heading', { level: 1, name: /FAIL\s*SN-RICH 1/ }).waitFor();
    const attempts = ['1', '2', '3'].map((attempt) => `wait_for_meter attempt ${attempt} of 3`);
    await eventually(async () => {
      const phases = await report.locator('.phase .name').allInnerTexts();
      assert.deepEqual(
        phases.map((text) => text.replace(/\s+/g, ' ').trim()),
        [...attempts, 'measure', 'sweep'],
      );
    });
    const row = async (name: string): Promise<string> =>
      (await report.locator('.measurement', { hasText: name }).innerText()).replace(/\s+/g, ' ');
    assert.equal(await row('voltage'), 'PASS voltage marginal Rail. 3.1 V 3 ≤ x ≤ 5');
    assert.equal(await row('too_low'), 'FAIL too_low 9.5 x ≥ 10');
    assert.match(await row('curve'), /^PASS curve 3 points/);
    assert.match(await row('never_set'), /^UNSET never_set not measured/);
    await report.getByRole('button', { name: 'Open note' }).waitFor();
    const warning = report.locator('.logs li', { hasText: 'Rail is warm' });
    await warning.getByRole('button', { name: /^openhtf_rich\.py:\d+$/ }).waitFor();
    for (const theme of ['light', 'dark'] as const) await window.screenshot('report-openhtf', theme);
    await window.closeEditor('SN-RICH 1 FAIL');
  });

  it('shows phases, measurements and printed output in the Test Results', async () => {
    const window = workbench();
    await runFile(window, 'board.py');
    await window.notification(/SN-0002: PASS/).locator.waitFor();
    await eventually(async () => {
      const rows = (await window.testResultRows()).join('\n');
      for (const name of ['board.py', 'power_on', 'leds']) assert.ok(rows.includes(name), rows);
    });
    await window.command('View: Toggle Maximized Panel');
    await eventually(async () => {
      const text = await window.testResultText();
      assert.match(text, /Switching the board on …/);
      assert.match(text, /supply = 3\.31 V, expected 3\.2 ≤ x ≤ 3\.4: PASS/);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('test-results', theme);
    await window.command('View: Toggle Maximized Panel');
    await window.notification(/SN-0002: PASS/).close();
  });

  itSlow('shows a failed measurement with its expected and actual value, and the verdict FAIL', async () => {
    const window = workbench();
    await runFile(window, 'board_fail.py');
    await window.notification(/SN-000F: FAIL.*Saved as a run of FVT1/).locator.waitFor();
    const failed = (await bench.runs()).find((run) => run.unit.serial_number === 'SN-000F');
    assert.equal(failed?.outcome, 'FAIL');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('fail', theme);
    await window.notification(/SN-000F: FAIL/).close();
  });

  it('shows the Python error of a broken script at its line and pushes nothing', async () => {
    const window = workbench();
    const before = (await bench.runs()).length;
    await runFile(window, 'vanilla_broken.py');
    await window
      .notification(/NameError: name 'phases' is not defined \(vanilla_broken\.py:23\)\. Nothing was saved/)
      .locator.waitFor();
    await eventually(async () => {
      const problems = (await window.problems()).join('\n');
      assert.match(problems, /NameError: name 'phases' is not defined/);
    });
    assert.equal((await bench.runs()).length, before);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('name-error', theme);
    await window.notification(/NameError/).click('Go to Line');
    await window.statusBarItem('Ln 23').waitFor();
  });

  itSlow('pushes one run of the fixed plain script with its phase', async () => {
    const window = workbench();
    const before = (await bench.runs()).length;
    await runFile(window, 'vanilla_fvt1.py');
    await window.notification(/SN-0001: PASS.*Saved as a run of FVT1 on Bench 1/).locator.waitFor();
    const all = await bench.runs();
    assert.equal(all.length, before + 1);
    const newest = all.toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
    assert.deepEqual(
      (await bench.run(newest?.id ?? '')).phases.map(({ name }) => name),
      ['phase_one'],
    );
    await window.notification(/SN-0001: PASS/).close();
  });

  itSlow('shows the line of a syntax error', async () => {
    const window = workbench();
    await runFile(window, 'syntax.py');
    await window.notification(/SyntaxError: .* \(syntax\.py:3\)/).locator.waitFor();
    await window.notification(/SyntaxError/).close();
  });

  it('stops a script that never ends and runs its teardown', async () => {
    const window = workbench();
    await runFile(window, 'endless.py');
    // Not by what it printed: the Test Results may still show the run of an earlier suite.
    await until(() => existsSync(join(bench.workspace, 'soaking')), { what: 'the endless phase' });
    const station = await bench.stationId('Bench 1');
    const state = async () => (await (await bench.api()).call(overview.get, { params: { id: station } })).state;
    await eventually(async () => assert.equal(await state(), 'running'));
    await window.command('Test Stations: Stop Run');
    await window.notification(/SN-SOAK: ABORTED/).locator.waitFor();
    await eventually(async () => assert.equal(await state(), 'disconnected'));
    assert.ok(existsSync(join(bench.workspace, 'powered_off')));
    const soaked = (await bench.runs()).filter((run) => run.unit.serial_number === 'SN-SOAK');
    assert.deepEqual(
      soaked.map(({ outcome }) => outcome),
      ['ABORTED'],
    );
    await window.notification(/SN-SOAK: ABORTED/).close();
  });

  itSlow('runs with the new key after a rotation without user action', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Generate New Key…');
    await window.dialog.click('Generate New Key');
    await window.notification('Bench 1 has a new key').close();
    await runFile(window, 'openhtf_fvt1.py');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    await window.notification(/SN-0001: PASS/).close();
  });

  itSlow('reports a deleted key and runs after a new key was generated', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Delete Key…');
    await window.dialog.click('Delete Key');
    await window.tree('Stations').row('No key').locator.waitFor();
    await runFile(window, 'openhtf_fvt1.py');
    const noKey = window.notification(/no key for Bench 1 that works/);
    await noKey.click('Generate New Key');
    await window.notification('Bench 1 has a new key').close();
    await runFile(window, 'openhtf_fvt1.py');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    await window.notification(/SN-0001: PASS/).close();
  });

  itSlow('restarts a killed server with all of its data', async () => {
    const window = workbench();
    const before = (await bench.runs()).length;
    process.kill(bench.address().pid, 'SIGKILL');
    await runFile(window, 'openhtf_fvt1.py');
    await window.notification(/SN-0001: PASS.*Saved/).locator.waitFor();
    assert.equal((await bench.runs()).length, before + 1);
    await window.notification(/SN-0001: PASS/).close();
  });
});
