import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { randomNumbers } from '../server/random.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const random = randomNumbers(7);
const procedureFile = `name: FVT1
main:
  - name: check_supply
    python: phases.check_supply
    measurements:
      - name: supply_voltage
        unit: V
        validators:
          - operator: ">="
            expected_value: 3.2 # V
`;
const values = Array.from({ length: 60 }, () => 3.3 + 0.05 * (random() + random() - 1));

describe('setting limits from data', function () {
  const { bench, workbench } = useSharedBench();
  const editor = (): Editor => new Editor(workbench().page);

  before(async () => {
    const sample = readFileSync(path.join(import.meta.dirname, '../../samples/openhtf_board.py'), 'utf8');
    bench.write('openhtf_board.py', sample);
    bench.write('computed.py', sample.replace('in_range(3.2, 3.4)', 'in_range(3.2, 1.7 * 2)'));
    const window = workbench();
    await window.openFile('openhtf_board.py');
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    const procedure = await bench.procedure('FVT1');
    await bench.link('Bench 1', procedure);
    const params = { id: await bench.stationId('Bench 1') };
    const { api_key } = await (await bench.api()).call(local.generateKey, { params });
    const station = new StationApi(bench.address().url, api_key);
    for (const [index, value] of values.entries()) {
      await station.call(runs.create, { body: runWith(procedure, index, value) });
    }
    await window.command('Test Stations: Refresh');
  });

  it('sets limits by mouse, keys and numbers, lists the units that would change, and edits the script', async () => {
    const window = workbench();
    await window.openFile('openhtf_board.py');
    await editor().endOf('in_range(');
    await window.command('Test Stations: Set Limits from Data…');
    const page = window.webview();
    await page.getByRole('heading', { level: 1, name: 'Limits of supply_voltage' }).waitFor();
    const changes = page.locator('.changes');
    const expectChanges = (lower: number, upper: number): Promise<void> => {
      const count = values.filter((value) => value < lower || value > upper).length;
      const sentence =
        count === 0
          ? 'None of 60 past units would change its verdict.'
          : `${count} of 60 past units would change their verdict: ${count} would fail, 0 would pass.`;
      return eventually(async () => assert.equal((await changes.innerText()).trim(), sentence));
    };
    await expectChanges(3.2, 3.4);
    const [lower, upper] = ['Lower limit', 'Upper limit'].map((name) => page.getByRole('slider', { name }));
    assert.ok(lower !== undefined && upper !== undefined);
    const limitOf = async (slider: typeof lower): Promise<number> => Number(await slider.getAttribute('aria-valuenow'));
    await lower.focus();
    for (const key of ['PageUp', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) await window.page.keyboard.press(key);
    const moved = await limitOf(lower);
    assert.equal(moved, 3.211);
    await expectChanges(moved, 3.4);
    const box = await upper.boundingBox();
    assert.ok(box !== null);
    await window.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await window.page.mouse.down();
    await window.page.mouse.move(box.x - 80, box.y + 20, { steps: 5 });
    await eventually(async () => assert.ok((await limitOf(upper)) < 3.4));
    await expectChanges(moved, await limitOf(upper));
    await window.page.mouse.up();
    await page.getByRole('spinbutton', { name: 'Upper limit' }).fill('3.4');
    await page.getByRole('spinbutton', { name: 'Lower limit' }).fill('3.29');
    await window.page.keyboard.press('Tab');
    await expectChanges(3.29, 3.4);
    assert.deepEqual(await axeProblems(page), []);
    await window.screenshots('limits');
    await window.page.setViewportSize({ width: 860, height: 1000 });
    await window.screenshot('limits-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    assert.equal(await page.locator('tbody tr').count(), values.filter((value) => value < 3.29).length);
    await page.getByRole('button', { name: 'Apply to Script' }).click();
    await editor().text('in_range(3.29, 3.4)').waitFor();
    assert.match(bench.read('openhtf_board.py'), /in_range\(3\.2, 3\.4\)/, 'the script is not saved');
    await page.getByText('openhtf_board.py has these limits.').waitFor();
    await window.page.keyboard.press('Control+z');
    await editor().text('in_range(3.2, 3.4)').waitFor();
    await page.getByText('In openhtf_board.py: 3.2 to 3.4 V').waitFor();
    await page.locator('tbody').getByRole('button', { name: /^SN-/ }).first().click();
    await window.page.getByRole('tab', { name: /^SN-\d+ PASS/ }).waitFor();
    await window.closeEditor(/^SN-\d+ PASS/);
    await page.getByRole('button', { name: /^Limits in the script/ }).click();
    await expectChanges(3.2, 3.4);
    await window.closeEditor('Limits of supply_voltage');
  });

  itSlow('sets limits in procedure.yaml', async () => {
    const window = workbench();
    bench.write('procedure.yaml', procedureFile);
    await window.openFile('procedure.yaml');
    await editor().endOf('supply_voltage');
    await window.command('Test Stations: Set Limits from Data…');
    const page = window.webview();
    await page.getByText('procedure.yaml has these limits.').waitFor();
    await page.getByRole('spinbutton', { name: 'Upper limit' }).fill('3.38');
    await window.page.keyboard.press('Tab');
    await page.getByText('In procedure.yaml: at least 3.2').waitFor();
    await page.getByRole('button', { name: 'Apply to Script' }).click();
    await page.getByText('procedure.yaml has these limits.').waitFor();
    await window.command('File: Save All Files');
    const added = '            expected_value: 3.2 # V\n          - operator: "<="\n            expected_value: 3.38\n';
    const edited = procedureFile.replace('            expected_value: 3.2 # V\n', added);
    await eventually(() => assert.equal(bench.read('procedure.yaml'), edited));
    await window.closeEditor('Limits of supply_voltage');
  });

  it('says why computed limits are not edited, and goes to their line', async () => {
    const window = workbench();
    await window.openFile('computed.py');
    await editor().endOf('in_range(');
    await window.command('Test Stations: Set Limits from Data…');
    const message = window.notification(/The script computes 1\.7 \* 2/);
    await message.click('Go to Line');
    await message.locator.waitFor({ state: 'hidden' });
    await editor().text('1.7 * 2').waitFor();
  });
});

function runWith(procedure: string, index: number, value: number) {
  const started_at = new Date(Date.UTC(2026, 10, 1, 8, index)).toISOString();
  const ended_at = new Date(Date.UTC(2026, 10, 1, 8, index, 30)).toISOString();
  const times = { started_at, ended_at };
  const validators = [
    { operator: '>=', expected_value: 3.2, outcome: 'PASS' as const },
    { operator: '<=', expected_value: 3.4, outcome: 'PASS' as const },
  ];
  return {
    procedure_id: procedure,
    serial_number: `SN-${index}`,
    part_number: 'PCBA01',
    outcome: 'PASS' as const,
    ...times,
    phases: [
      {
        name: 'check_supply',
        outcome: 'PASS' as const,
        ...times,
        measurements: [
          { name: 'supply_voltage', outcome: 'PASS' as const, measured_value: value, units: 'V', validators },
        ],
      },
    ],
  };
}
