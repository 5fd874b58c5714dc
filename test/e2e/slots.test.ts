import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const runCommand = 'Test Stations: Run Procedure on Station';
const stopCommand = 'Test Stations: Stop Run';
const choice = 'Choose the slots in which slots.py tests units';

describe('several units at once', function () {
  const settings = { 'testStations.slots': 2, 'testStations.serialNumber': 'ask' };
  const { bench, workbench } = useSharedBench({ settings });

  const outcomes = async (): Promise<string[]> =>
    (await bench.runs()).map((run) => `${run.unit.serial_number} ${run.outcome} ${run.slot_name}`).sort();

  before(async () => {
    bench.script('slots.py');
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.link('Bench 1', await bench.procedure('FVT1'));
    await window.openFile('slots.py');
  });

  it('have a serial number, a verdict and a run each, and one is stopped without the other', async () => {
    const window = workbench();
    await window.command(runCommand);
    await window.quickInput.opened(choice);
    assert.deepEqual(
      (await window.quickInput.rows()).map(({ label }) => label),
      ['Slot 1', 'Slot 2'],
    );
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('choose-slots', theme);
    await window.quickInput.accept();
    for (const slot of [1, 2]) {
      await eventually(async () => {
        assert.match(await window.quickInput.message(), new RegExp(`slots\\.py, slot ${slot} · Bench 1`));
      });
      if (slot === 2) {
        await window.quickInput.fill('UNIT-1');
        await eventually(async () =>
          assert.match(await window.quickInput.message(), /UNIT-1 is being tested in slot 1\./),
        );
      }
      await window.quickInput.fill(`UNIT-${slot}`);
      await window.quickInput.accept();
    }
    for (const slot of [1, 2]) await eventually(() => assert.equal(bench.read(`waits-${slot}`), ''));
    await window.command(stopCommand);
    await window.quickInput.opened('Stop which run?');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('stop-slot', theme);
    await window.quickInput.pick('slots.py, slot 1');
    await window.notification(/UNIT-1: ABORTED/).close();
    bench.write('go-2', '');
    await window.notification(/UNIT-2: PASS/).close();
    assert.deepEqual(await outcomes(), ['UNIT-1 ABORTED Slot 1', 'UNIT-2 PASS Slot 2']);
  });

  it('are started in the slot that is free while the other one tests', async () => {
    const window = workbench();
    bench.remove('go-2');
    await window.command(runCommand);
    await window.quickInput.opened(choice);
    await window.quickInput.row('Slot 1').click();
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /slots\.py, slot 2 · Bench 1/));
    await window.quickInput.fill('UNIT-3');
    await window.quickInput.accept();
    await window.quickInput.closed(); // the command palette would close it before it has taken the answer
    await window.command(runCommand);
    await eventually(async () => assert.match(await window.quickInput.message(), /slots\.py, slot 1 · Bench 1/));
    await window.quickInput.fill('UNIT-4');
    await window.quickInput.accept();
    await window.quickInput.closed(); // the command palette would close it before it has taken the answer
    await window.command(runCommand);
    await window.notification('slots.py, slot 1 is still running').close();
    for (const slot of [1, 2]) bench.write(`go-${slot}`, '');
    for (const unit of [3, 4]) await window.notification(new RegExp(`UNIT-${unit}: PASS`)).close();
    assert.deepEqual((await outcomes()).slice(-2), ['UNIT-3 PASS Slot 2', 'UNIT-4 PASS Slot 1']);
  });

  it('are scanned one after another in the Operator UI, and each gets its verdict there', async () => {
    const window = workbench();
    for (const slot of [1, 2]) for (const name of ['go', 'waits']) bench.remove(`${name}-${slot}`);
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').menu('Set Station Script…');
    await window.quickInput.opened('Script that Bench 1 starts');
    await window.quickInput.pick('slots.py');
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    const slotOf = (slot: number) => window.webview().getByRole('region', { name: `Slot ${slot}`, exact: true });
    const serialOf = (slot: number) => slotOf(slot).getByRole('textbox', { name: /serial number/i });
    await serialOf(2).waitFor();
    await serialOf(1).click();
    for (const unit of [5, 6]) {
      await window.page.keyboard.type(`UNIT-${unit}`);
      await window.page.keyboard.press('Enter');
      await slotOf(unit - 4)
        .getByRole('button', { name: 'Stop' })
        .waitFor();
      if (unit === 5) await slotOf(2).locator('input:focus').waitFor();
    }
    for (const slot of [1, 2]) await eventually(() => assert.equal(bench.read(`waits-${slot}`), ''));
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('slots-running', theme);
    await slotOf(1).getByRole('button', { name: 'Stop' }).click();
    await slotOf(1).getByRole('dialog').getByRole('button', { name: 'Stop Test' }).click();
    await slotOf(1).getByLabel('Verdict of slot 1').getByText('ABORTED', { exact: true }).waitFor();
    bench.write('go-2', '');
    await slotOf(2).getByLabel('Verdict of slot 2').getByText('PASS', { exact: true }).waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('slots-ended', theme);
    await eventually(async () =>
      assert.deepEqual((await outcomes()).slice(-2), ['UNIT-5 ABORTED Slot 1', 'UNIT-6 PASS Slot 2']),
    );
  });
});
