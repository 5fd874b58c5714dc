import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { TestExplorer } from './support/testExplorer.ts';
import { eventually } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

const runCommand = 'Test Stations: Run Procedure on Station';
const stopCommand = 'Test Stations: Stop Run';

async function runFile(window: Workbench, file: string): Promise<void> {
  await window.openFile(file);
  await window.command(runCommand);
}

describe('several runs at once', function () {
  const { bench, workbench } = useSharedBench();

  const isRunning = (station: string): Promise<void> =>
    workbench()
      .tree('Stations')
      .row(new RegExp(`^${station}.*running`))
      .locator.waitFor();

  /** Nothing of what ran before is to be seen at it any more. */
  const isIdle = (station: string): Promise<void> =>
    workbench()
      .tree('Stations')
      .row(new RegExp(`^${station}(?!.*running)`))
      .locator.waitFor();

  /** So many tests of endless.py have begun: one that is stopped earlier leaves no run. */
  const soaks = (count: number): Promise<void> =>
    eventually(() => assert.equal(bench.read('soaking'), 'x'.repeat(count)));

  const outcomeOf = async (unit: string): Promise<string[]> =>
    (await bench.runs()).filter((run) => run.unit.serial_number === unit).map(({ outcome }) => outcome);

  before(async () => {
    for (const name of ['endless.py', 'board.py', 'prompts.py']) bench.script(name);
    const late =
      'import pathlib, time\n\nwhile not pathlib.Path(__file__).with_name("go").exists():\n    time.sleep(0.02)\n';
    // The Test Explorer shows what earlier suites ran, so no other one has this name.
    bench.write('canceled.py', bench.read('prompts.py'));
    bench.write('late.py', late + bench.read('prompts.py').replace('SN-ASK', 'SN-LATE'));
    const window = workbench();
    for (const name of ['Bench 1', 'Bench 2']) {
      await createStation(window, name);
      await window.notification(`Station ${name} is ready`).close();
    }
    const procedure = await bench.procedure('FVT1');
    for (const name of ['Bench 1', 'Bench 2']) await bench.link(name, procedure);
    await window.openContainer('Test Stations');
    await select(window, 'Bench 1');
  });

  beforeEach(() => bench.remove('soaking'));

  it('on one station show the second as waiting and start it when the first has ended', async () => {
    const window = workbench();
    await runFile(window, 'endless.py');
    await isRunning('Bench 1');
    await soaks(1);
    await runFile(window, 'board.py');
    const waits = window.notification('board.py waits for its turn on Bench 1, after endless.py.');
    await waits.locator.waitFor();
    await eventually(async () => assert.match(await window.testResultText(), /board\.py waits for its turn/));
    const explorer = new TestExplorer(window);
    await explorer.open();
    await eventually(async () => assert.match((await explorer.rows()).join('\n'), /board\.py.*queued/i));
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('waits', theme);
    assert.deepEqual(await outcomeOf('SN-0002'), []);

    await window.command(stopCommand);
    await window.quickInput.opened('Stop which run?');
    await eventually(async () =>
      assert.deepEqual(
        (await window.quickInput.rows()).map(({ label, description }) => [label, description]),
        [
          ['endless.py', 'Bench 1, runs'],
          ['board.py', 'Bench 1, waits for its turn'],
          ['Stop All', ''],
        ],
      ),
    );
    for (const theme of ['light', 'dark'] as const) await window.screenshot('stop-which', theme);
    await window.quickInput.pick('endless.py');
    await window.notification(/SN-SOAK: ABORTED/).close();
    await window.notification(/SN-0002: PASS.*Saved as a run of FVT1 on Bench 1/).close();
    await waits.locator.waitFor({ state: 'hidden' });
    const runs = await bench.runs();
    const [soak, board] = ['SN-SOAK', 'SN-0002'].map((unit) => runs.find((run) => run.unit.serial_number === unit));
    assert.ok(soak && board);
    assert.ok(board.started_at >= soak.ended_at, `${board.started_at} ${soak.ended_at}`);
  });

  itSlow('can be canceled while they wait', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await isIdle('Bench 1');
    await runFile(window, 'endless.py');
    await isRunning('Bench 1');
    await soaks(1);
    await runFile(window, 'canceled.py');
    await window.notification('canceled.py waits for its turn on Bench 1').click('Cancel');
    await window.notification('canceled.py waits for its turn').locator.waitFor({ state: 'hidden' });
    const explorer = new TestExplorer(window);
    await explorer.open();
    await eventually(async () => assert.match((await explorer.rows()).join('\n'), /canceled\.py.*skipped/i));
    await window.command(stopCommand); // no question: one is left
    await window.notification(/SN-SOAK: ABORTED/).close();
    assert.deepEqual(await outcomeOf('SN-ASK'), []);
  });

  itSlow('refuse a script that already runs or waits, and run it on another station at the same time', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await isIdle('Bench 1');
    await runFile(window, 'endless.py');
    await isRunning('Bench 1');
    await window.command(runCommand);
    const refused = window.notification('endless.py is still running');
    assert.deepEqual(await refused.buttons(), ['Stop', 'Show Log']);
    await refused.close();
    await runFile(window, 'board.py');
    await window.notification('board.py waits for its turn').locator.waitFor();
    await window.command(runCommand);
    const waits = window.notification('board.py is already queued on Bench 1. It was not started again.');
    await waits.click('Stop');
    await window.notification('board.py waits for its turn').locator.waitFor({ state: 'hidden' });

    await select(window, 'Bench 2');
    await isIdle('Bench 2');
    await runFile(window, 'endless.py');
    for (const station of ['Bench 1', 'Bench 2']) await isRunning(station);
    await soaks(2);
    for (const theme of ['light', 'dark'] as const) await window.screenshot('two-stations', theme);
    const before = (await outcomeOf('SN-SOAK')).length;
    await window.command(stopCommand);
    await window.quickInput.opened('Stop which run?');
    await window.quickInput.pick('Stop All');
    await eventually(async () => assert.equal((await outcomeOf('SN-SOAK')).length, before + 2));
    const stations = (await bench.runs())
      .toSorted((a, b) => b.created_at.localeCompare(a.created_at))
      .slice(0, 2)
      .map(({ created_by_station: by }) => by?.name);
    assert.deepEqual(stations.sort(), ['Bench 1', 'Bench 2']);
    for (const station of stations) await window.notification(new RegExp(`SN-SOAK: ABORTED.*on ${station}`)).close();
  });

  itSlow('keep text that is typed for one station out of the prompt of another', async () => {
    const window = workbench();
    for (const station of ['Bench 1', 'Bench 2']) await isIdle(station);
    await window.command('Notifications: Clear All Notifications');
    await select(window, 'Bench 1');
    await runFile(window, 'late.py');
    await isRunning('Bench 1');
    await select(window, 'Bench 2');
    await runFile(window, 'prompts.py');
    await window.quickInput.opened('Operator prompt of prompts.py · Bench 2');
    await window.quickInput.fill('LBL-');
    bench.write('go', '');
    const late = window.notification('late.py · Bench 1 waits for an answer: Scan the label');
    await late.locator.waitFor();
    assert.equal(await window.quickInput.value(), 'LBL-');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('two-prompts', theme);
    await window.quickInput.fill('LBL-1');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /Remove the board/));
    await window.quickInput.accept();
    await window.notification(/SN-ASK: PASS.*on Bench 2/).close();
    await late.click('Answer');
    await window.quickInput.opened('Operator prompt of late.py · Bench 1');
    await window.quickInput.fill('LBL-2');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /Remove the board/));
    await window.quickInput.accept();
    await window.notification(/SN-LATE: PASS.*on Bench 1/).close();
    const labels = ['SN-ASK', 'SN-LATE'].map(async (unit) => {
      const run = (await bench.runs()).find((each) => each.unit.serial_number === unit);
      return (await bench.run(run?.id ?? '')).phases[0]?.measurements[0]?.measured_value;
    });
    assert.deepEqual(await Promise.all(labels), ['LBL-1', 'LBL-2']);
  });
});

/** Selects a station by the status bar's command. */
async function select(window: Workbench, station: string): Promise<void> {
  await window.command('Test Stations: Select Station');
  await window.quickInput.pick(station);
  await window.statusBarItem(station).waitFor();
}
