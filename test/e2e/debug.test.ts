import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { describeSlow, itSlow } from '../support/slow.ts';
import { Bench, createStation, python } from './support/bench.ts';
import { textsBelow } from './support/files.ts';
import { packExtension } from './support/packExtension.ts';
import { root } from './support/places.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';
import { useWorkbench } from './support/useWorkbench.ts';
import type { Workbench } from './support/workbench.ts';

const debugCommand = 'Test Stations: Debug Procedure on Station';

describeSlow('debugging a script on a station', function () {
  const bench = new Bench();
  // The Python Debugger extension itself cannot be had here: its stand-in starts the same debugpy.
  const standIn = packExtension(join(root, 'test/fixtures/pythonDebugger'), join(bench.folder, 'debugger.vsix'));
  const workbench = useWorkbench({
    extensions: [standIn],
    machineSettings: { 'testStations.dataFolder': bench.data, 'testStations.python': python() },
  });

  before(async () => {
    for (const name of ['patient.py', 'endless.py']) bench.script(name);
    const window = workbench();
    await window.open(bench.workspace);
    await window.openFile('patient.py');
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('holds a phase at a breakpoint longer than its timeout, and the run passes and is pushed once', async () => {
    const window = workbench();
    await toggleBreakpoint(window, 12);
    await window.command(debugCommand);
    await stopped(window);
    const since = Date.now();
    await window.page.locator('.debug-toolbar').waitFor();
    await eventually(async () => assert.match(await callStack(window), /hold/));
    assert.doesNotMatch(await callStack(window), /__main__|openhtf_hooks/, 'frames of the runner');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('debug', theme);
    await eventually(() => assert.ok(Date.now() - since > 3000)); // thrice the phase's timeout
    await window.command('Debug: Continue');
    const told = window.notification(/SN-D: PASS.*Saved as a run of FVT1 on Bench 1/);
    await told.close();
    await ended(window);
    const [run, ...more] = await bench.runs();
    assert.deepEqual(more, []);
    const { phases } = await bench.run(run?.id ?? '');
    assert.deepEqual(
      phases.map(({ name, measurements }) => [name, measurements[0]?.measured_value]),
      [['hold', 42]],
    );
  });

  it('shows the station key to no other extension and leaves it in no file', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    const row = window.tree('Stations').row('Bench 1');
    const key = await window.copied(() => row.menu('Copy Key'));
    assert.match(key, /^\S{20,}$/);
    await eventually(async () => {
      const configuration = await window.outputChannel('Debug configurations');
      assert.match(configuration, /TEST_STATIONS_CHANNEL/);
      assert.doesNotMatch(configuration, /API_KEY/);
    });
    const files = textsBelow(window.server.data);
    assert.ok(files.length > 10);
    for (const { file, text } of files) assert.ok(!text.includes(key), file);
    await window.openFile('patient.py');
  });

  itSlow('aborts the test, runs its teardown and reports it when stopped in the toolbar', async () => {
    const window = workbench();
    await window.command(debugCommand);
    await stopped(window);
    await window.page.locator('.debug-toolbar').getByRole('button', { name: /^Stop/ }).click();
    const told = window.notification(/SN-D: ABORTED/);
    await told.locator.waitFor();
    await told.close();
    await ended(window);
    const outcomes = (await bench.runs()).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes.sort(), ['ABORTED', 'PASS']);
  });

  itSlow('resumes threads and skips the breakpoint in teardown when the run is stopped or canceled', async () => {
    const window = workbench();
    await window.openFile('endless.py');
    await toggleBreakpoint(window, 15); // in the phase
    await toggleBreakpoint(window, 19); // in the teardown
    for (const stop of ['Test Stations: Stop Run', 'Test: Cancel Test Run']) {
      bench.remove('powered_off');
      await window.command(debugCommand);
      await stopped(window);
      await window.command(stop);
      const told = window.notification(/SN-SOAK: ABORTED/);
      await told.locator.waitFor();
      await told.close();
      await ended(window);
      assert.ok(existsSync(join(bench.workspace, 'powered_off')), stop);
    }
    for (const line of [15, 19]) await toggleBreakpoint(window, line);
    await window.openFile('patient.py');
    const outcomes = (await bench.runs()).filter((run) => run.unit.serial_number === 'SN-SOAK');
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['ABORTED', 'ABORTED'],
    );
  });

  itSlow('holds a keyword of a Robot Framework suite at a breakpoint in its Python library', async () => {
    const window = workbench();
    bench.write('board_keywords.py', 'def read_voltage(name):\n    volts = len(name) / 2\n    return volts\n');
    bench.write(
      'board.robot',
      `*** Settings ***
Library    TestStations
Library    board_keywords.py

*** Variables ***
\${PROCEDURE_ID}     FVT1
\${SERIAL_NUMBER}    SN-RF
\${PART_NUMBER}      PCBA01

*** Test Cases ***
Supply
    \${volts}=    Read Voltage    supply
    Measure    supply    \${volts}    2    4    V
`,
    );
    await window.openFile('board_keywords.py');
    await toggleBreakpoint(window, 3);
    await window.openFile('board.robot');
    await window.command(debugCommand);
    await stopped(window);
    await eventually(async () => assert.match(await callStack(window), /read_voltage/));
    assert.doesNotMatch(await callStack(window), /__main__|robot_session/, 'frames of the runner');
    await window.screenshots('debug-robot');
    await window.command('Debug: Continue');
    await window.notification(/SN-RF: PASS.*Saved as a run of FVT1 on Bench 1/).close();
    await ended(window);
    await window.openFile('board_keywords.py');
    await toggleBreakpoint(window, 3);
    const run = (await bench.runs()).find(({ unit }) => unit.serial_number === 'SN-RF');
    const { phases } = await bench.run(run?.id ?? '');
    assert.deepEqual(
      phases.map(({ name, measurements }) => [name, measurements[0]?.measured_value]),
      [
        ['Supply / Read Voltage', undefined],
        ['Supply / Measure supply', 3],
      ],
    );
    await window.openFile('patient.py');
  });

  itSlow('starts from the Debug profile too', async () => {
    const window = workbench();
    await toggleBreakpoint(window, 12);
    await window.page.keyboard.press('Control+;'); // Test: Debug Tests in Current File
    await window.page.keyboard.press('Control+F');
    const told = window.notification(/SN-D: PASS.*Saved/);
    await told.locator.waitFor();
    await told.close();
    assert.equal((await bench.runs()).filter(({ unit }) => unit.serial_number === 'SN-D').length, 3);
  });
});

describe('debugging without a debugger', function () {
  const { bench, workbench } = useSharedBench();

  it('is refused with a reason and a button that installs a debugger', async () => {
    const window = workbench();
    bench.script('patient.py');
    await window.openFile('patient.py');
    await window.command(debugCommand);
    const told = window.notification(/Python debugging needs the Python Debugger extension/);
    await told.locator.waitFor();
    assert.deepEqual(await told.buttons(), ['Install', 'Show Log']);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('no-debugger', theme);
  });
});

async function toggleBreakpoint(window: Workbench, line: number): Promise<void> {
  const breakpoints = window.page.locator('.editor-group-container.active .codicon-debug-breakpoint');
  await window.goToLine(line);
  const before = await breakpoints.count();
  await window.page.keyboard.press('F9');
  await eventually(async () => assert.notEqual(await breakpoints.count(), before));
}

/** The debugger is gone, and with it its mark of the line. */
async function ended(window: Workbench): Promise<void> {
  await window.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await window.page.locator('.debug-top-stack-frame-line').first().waitFor({ state: 'detached' });
}

/** The debugger stands at a line. */
const stopped = (window: Workbench): Promise<void> =>
  window.page.locator('.debug-top-stack-frame-line').first().waitFor();

async function callStack(window: Workbench): Promise<string> {
  return (await window.page.locator('.debug-call-stack .monaco-list-row').allInnerTexts()).join('\n');
}
