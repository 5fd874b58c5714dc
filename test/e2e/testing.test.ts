import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import { itSlow } from '../support/slow.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { TestExplorer } from './support/testExplorer.ts';
import { eventually } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

describe('the Test Explorer', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const explorer = (): TestExplorer => new TestExplorer(workbench());

  const write = (name: string, text: string): string => {
    mkdirSync(dirname(join(bench.workspace, name)), { recursive: true });
    return bench.write(name, text);
  };

  const showsRows = async (check: (rows: string) => void): Promise<void> =>
    eventually(async () => check((await explorer().rows()).join('\n')));

  before(async () => {
    for (const name of ['board.py', 'retries.py', 'vanilla_fvt1.py']) bench.script(name);
    write('board_fail.py', bench.read('board.py').replace('SN-0002', 'SN-000F'));
    const proof = JSON.stringify(join(bench.folder, 'was-run'));
    write('line 2/panel.py', `open(${proof}, "w")\n${bench.read('board.py')}`);
    write('.venv/lib/site.py', bench.read('board.py'));
    write('hidden/secret.py', bench.read('board.py'));
    write('phases.py', 'import openhtf as htf\n\n@htf.measures("x")\ndef shared(test):\n    pass\n');
    write('tool.py', 'print("nothing to test")\n');
    write('.vscode/settings.json', JSON.stringify({ 'search.exclude': { '**/hidden': true } }));
    await workbench().open(bench.workspace);
  });

  it('shows scripts and their phases without running them, before any Python file is opened', async () => {
    await explorer().open();
    await explorer().expand('panel.py (line 2)');
    await showsRows((rows) => {
      for (const name of ['panel.py (line 2)', 'board_fail.py', 'retries.py', 'vanilla_fvt1.py', 'power_on', 'leds'])
        assert.ok(rows.includes(name), rows);
      for (const name of ['site.py', 'secret.py', 'phases.py', 'tool.py']) assert.ok(!rows.includes(name), rows);
    });
    assert.ok(!existsSync(join(bench.folder, 'was-run')), 'a script was run');
    assert.ok(!existsSync(bench.data), 'a server was started');
    for (const theme of ['light', 'dark'] as const) await workbench().screenshot('tests-found', theme);
  });

  it('updates when files are created, changed and deleted', async () => {
    write('new.py', bench.read('board.py'));
    await explorer().expand('new.py');
    await showsRows((rows) => assert.match(rows, /new\.py/));
    bench.write('new.py', bench.read('board.py').replaceAll('leds', 'lamps'));
    await showsRows((rows) => assert.match(rows, /lamps/));
    rmSync(join(bench.workspace, 'new.py'));
    await showsRows((rows) => assert.doesNotMatch(rows, /new\.py/));
  });

  it('starts a dry run without a station, a procedure and a server', async () => {
    const window = workbench();
    await window.openFile('vanilla_fvt1.py');
    await window.command('Test Stations: Dry Run Procedure (No Upload)');
    const told = window.notification(/SN-0001: PASS\. Dry run: nothing was pushed\./);
    await told.locator.waitFor();
    assert.ok(!existsSync(bench.data), 'a server was started');
    await explorer().open();
    await explorer().expand('vanilla_fvt1.py');
    await showsRows((rows) => assert.match(rows, /phase_one.*passed/i));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('dry-run', theme);
    await told.close();
  });

  itSlow('shows in the status bar that a dry run waits for an answer, after its question was dismissed', async () => {
    const window = workbench();
    const waits = window.statusBarItem('prompts.py · dry run waits for an answer');
    const question = 'Operator prompt of prompts.py · dry run';
    bench.script('prompts.py');
    await window.openFile('prompts.py');
    await window.command('Test Stations: Dry Run Procedure (No Upload)');
    await window.quickInput.opened(question);
    assert.equal(await waits.count(), 0);
    await window.quickInput.cancel();
    await waits.waitFor();
    await window.command('Notifications: Clear All Notifications');
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('dismissed-question', theme);
    await waits.click();
    await window.quickInput.opened(question);
    await waits.waitFor({ state: 'detached' });
    await window.quickInput.cancel();
    await window.command('Test Stations: Answer Waiting Test');
    await window.quickInput.opened(question);
    await window.quickInput.fill('LBL-1');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /Remove the board/));
    await window.quickInput.accept();
    await window.notification(/SN-ASK: PASS\. Dry run/).close();
    assert.equal(await waits.count(), 0);
    await window.command('Notifications: Clear All Notifications');
    bench.remove('prompts.py');
  });

  itSlow('says that a dry run has ended when a button of an old notification is pressed', async () => {
    const window = workbench();
    bench.script('prompts.py');
    const dryRun = 'Test Stations: Dry Run Procedure (No Upload)';
    await window.openFile('prompts.py');
    await window.command(dryRun);
    await window.quickInput.opened('Operator prompt of prompts.py · dry run');
    await window.quickInput.cancel();
    await window.notification('prompts.py · dry run waits for an answer: Scan the label').locator.waitFor();
    await window.command(dryRun);
    await window.notification('prompts.py is still running.').locator.waitFor();
    await window.command('Test Stations: Stop Run');
    await window.notification(/SN-ASK: ABORTED/).close();
    assert.equal(await window.statusBarItem('waits for an answer').count(), 0);
    // Some of the notifications may have left the corner by now; this list has all of them.
    await window.command('Notifications: Show Notifications');
    const listed = (text: string): Locator =>
      window.page.locator('.notifications-center .notification-list-item', { hasText: text });
    await listed('prompts.py · dry run waits for an answer').getByRole('button', { name: 'Answer' }).click();
    await listed('prompts.py · dry run no longer waits for this answer.').waitFor();
    await listed('prompts.py is still running.').getByRole('button', { name: 'Stop' }).click();
    await listed('prompts.py · dry run has already ended.').waitFor();
    await window.command('Notifications: Clear All Notifications');
    bench.remove('prompts.py');
  });

  it('runs a script from the gutter and adds phases that are found at run time', async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openFile('board.py');
    await window.page.locator('.editor-group-container.active .testing-run-glyph').nth(0).click();
    const told = window.notification(/SN-0002: PASS.*Saved as a run of FVT1/);
    await told.locator.waitFor();
    await told.close();
    await explorer().expand('board.py');
    await showsRows((rows) => {
      assert.equal(rows.match(/power_on/g)?.length, 2, rows); // the other one is panel.py's
      assert.match(rows, /board\.py.*passed[^]*power_on.*passed/i);
    });
  });

  itSlow('runs one phase, or from one phase on, as a partial run that is not PASS', async () => {
    const window = workbench();
    await window.openFile('board.py');
    await window.page.locator('.editor-group-container.active .testing-run-glyph').nth(2).click();
    const only = window.notification(
      /SN-0002: ABORTED\. This was a partial run: only leds\. Its outcome: PASS\. Saved as a run of FVT1/,
    );
    await only.locator.waitFor();
    await explorer().open();
    await showsRows((rows) => assert.match(rows, /leds.*passed/i));
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('partial-run', theme);
    await only.close();
    await window.openFile('board.py');
    await window.goToLine(15);
    await window.command('Test Stations: Run from This Phase');
    await window
      .notification(/SN-0002: ABORTED\. This was a partial run: from power_on to the end\. Its outcome: PASS\./)
      .close();
  });

  it('repeats a script, and until it fails', async () => {
    const window = workbench();
    await window.openFile('board.py');
    await window.command('Test Stations: Repeat Procedure on Station…');
    await window.quickInput.fill('1');
    await eventually(async () => assert.match(await window.quickInput.message(), /Enter a number from 2/));
    await window.quickInput.fill('2');
    await window.quickInput.accept();
    await window.notification('board.py was repeated: 2 PASS.').close();
    await window.openFile('board_fail.py');
    await window.command('Test Stations: Run Procedure until Failure');
    await window.notification('board_fail.py was repeated: 1 FAIL.').close();
    await window.command('Notifications: Clear All Notifications');
  });

  itSlow('distinguishes skipped from broken phases and shows each attempt', async () => {
    const window = workbench();
    await window.openFile('retries.py');
    await window.command('Test Stations: Run Procedure on Station');
    const told = window.notification(/SN-R: ERROR/);
    await told.locator.waitFor();
    await explorer().open();
    await explorer().expand('retries.py');
    await explorer().expand('settle');
    await showsRows((rows) => {
      assert.match(rows, /settle.*\(passed\)/i);
      assert.match(
        rows,
        /Attempt 1: supply = 3\.9 V.*skipped[^]*Attempt 2: supply = 3\.8 V.*skipped[^]*Attempt 3.*passed/i,
      );
      assert.match(rows, /optional.*skipped/i);
      assert.match(rows, /broken.*errored/i);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('attempts', theme);
    await told.close();
  });

  it('shows a failed measurement at its line with the expected and the actual value', async () => {
    const window = workbench();
    await window.openFile('board_fail.py');
    await explorer().action('board_fail.py', 'Run Test');
    const told = window.notification(/SN-000F: FAIL/);
    await told.locator.waitFor();
    await told.close();
    await eventually(async () => assert.match(await besideLine(window, 'Measurement("supply")'), /3\.9 V/));
    await window.testResultRows();
    await window.pickTestResult(/^power_on.*supply = 3\.9 V/); // an earlier run has left such an attempt
    await eventually(async () => {
      const text = await window.testResultText();
      assert.match(text, /Expected/);
      assert.match(text, /3\.2 ≤ x ≤ 3\.4/);
      assert.match(text, /Actual/);
    });
    for (const theme of ['light', 'dark'] as const) await window.screenshot('failed-measurement', theme);
  });

  it('reruns the failed phase', async () => {
    const window = workbench();
    const before = (await bench.runs()).length;
    bench.write('board_fail.py', bench.read('board_fail.py').replace('SN-000F', 'SN-0003'));
    rmSync(join(bench.workspace, 'retries.py'));
    await showsRows((rows) => assert.doesNotMatch(rows, /retries\.py/));
    await window.page.keyboard.press('Control+;'); // Test: Rerun Failed Tests
    await window.page.keyboard.press('e');
    const told = window.notification(/SN-0003: PASS.*Saved/);
    await told.locator.waitFor();
    assert.equal((await bench.runs()).length, before + 1);
    await showsRows((rows) => assert.match(rows, /board_fail\.py.*passed/i));
    await told.close();
  });
});

/** What VS Code paints behind the line of the editor that has this text. It may be made by style sheets. */
async function besideLine(window: Workbench, text: string): Promise<string> {
  return String(
    await window.page.evaluate(`(() => {
      const shown = (element, pseudo) => getComputedStyle(element, pseudo).content.replaceAll('\\u00a0', ' ');
      const all = [...document.querySelectorAll('.editor-group-container.active .monaco-editor *')];
      const line = all.find((each) => each.matches('.view-line') && each.textContent.includes(${JSON.stringify(text)}));
      const { top, bottom } = line.getBoundingClientRect();
      const beside = all.filter((each) => {
        const box = each.getBoundingClientRect();
        return box.top + 1 >= top && box.bottom - 1 <= bottom;
      });
      return beside.map((each) => each.textContent + shown(each, '::before') + shown(each, '::after')).join(' ');
    })()`),
  );
}
