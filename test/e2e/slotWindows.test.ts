import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, it } from 'mocha';
import { describeSlow } from '../support/slow.ts';
import { Bench, createStation, pasteKey, useBench } from './support/bench.ts';
import { eventually, until } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

const runCommand = 'Test Stations: Run Procedure on Station';
const choice = 'Choose the slots in which slots.py tests units';

describeSlow('units in slots of a station that two windows use', function () {
  this.timeout(240_000);
  const bench = new Bench();
  const settings = { 'testStations.slots': 2, 'testStations.serialNumber': 'ask' };
  // Each has a VS Code of its own.
  const [one, other] = [useBench(bench, settings), useBench(bench, settings)].map(({ workbench }) => workbench);
  const first = (): Workbench => one?.() ?? assert.fail();
  const second = (): Workbench => other?.() ?? assert.fail();

  const outcomes = async (): Promise<string[]> =>
    (await bench.runs()).map((run) => `${run.unit.serial_number} ${run.outcome} ${run.slot_name}`).sort();

  before(async () => {
    bench.script('slots.py');
    await first().open(bench.workspace);
    await createStation(first(), 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await first().openContainer('Test Stations');
    await first().tree('Stations').row('Bench 1').menu('Copy Key');
    await eventually(async () => assert.match(await first().clipboard(), /^\S{20,}$/));
    await second().open(bench.workspace);
    await second().openContainer('Test Stations');
    await pasteKey(second(), 'Bench 1', await first().clipboard());
    await second().command('Test Stations: Select Station');
    await second().quickInput.opened('Select the station that scripts run on');
    await second().quickInput.pick('Bench 1');
    for (const window of [first(), second()]) await window.openFile('slots.py');
  });

  async function scan(window: Workbench, slot: number, unit: string): Promise<void> {
    await eventually(async () => {
      assert.match(await window.quickInput.message(), new RegExp(`slots\\.py, slot ${slot} · Bench 1`));
    });
    await window.quickInput.fill(unit);
    await window.quickInput.accept();
  }

  /** Scans a unit for slot 1, also one that the other window tests. */
  async function runInSlot1(window: Workbench, unit: string): Promise<void> {
    await window.command(runCommand);
    await window.quickInput.opened(choice);
    await window.quickInput.row('Slot 2').click();
    await window.quickInput.accept();
    await scan(window, 1, unit);
  }

  it('are not started in the second window while the first one tests, unless the user lets them wait', async () => {
    await first().command(runCommand);
    await first().quickInput.opened(choice);
    await first().quickInput.accept();
    for (const slot of [1, 2]) await scan(first(), slot, `UNIT-${slot}`);
    for (const slot of [1, 2]) await until(() => existsSync(join(bench.workspace, `waits-${slot}`)));

    await runInSlot1(second(), 'UNIT-2');
    await eventually(async () => assert.match(await second().dialog.text(), /Another window runs a test on Bench 1/));
    await second().screenshots('slots-other-window');
    await second().dialog.click('Cancel');
    bench.remove('waits-1');
    await runInSlot1(second(), 'UNIT-2');
    await second().dialog.click('Run When It Ends');
    await second()
      .notification(/^slots\.py, slot 1 waits\./)
      .locator.waitFor();
    bench.write('go-1', '');
    await first()
      .notification(/UNIT-1: PASS/)
      .close();
    // Slot 2 of the first window still tests the unit.
    assert.deepEqual(await outcomes(), ['UNIT-1 PASS Slot 1']);
    assert.ok(!existsSync(join(bench.workspace, 'waits-1')));
    bench.write('go-2', '');
    await first()
      .notification(/UNIT-2: PASS/)
      .close();
    await second()
      .notification(/UNIT-2: PASS/)
      .close();
    assert.deepEqual(await outcomes(), ['UNIT-1 PASS Slot 1', 'UNIT-2 PASS Slot 1', 'UNIT-2 PASS Slot 2']);
  });
});
