import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { randomNumbers } from '../server/random.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { eventually } from './support/until.ts';

describe('setting limits from data', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const editor = (): Editor => new Editor(workbench().page);

  before(async () => {
    const sample = readFileSync(path.join(import.meta.dirname, '../../samples/openhtf_board.py'), 'utf8');
    bench.write('openhtf_board.py', sample);
    bench.write('computed.py', sample.replace('in_range(3.2, 3.4)', 'in_range(3.2, 1.7 * 2)'));
    await workbench().open(bench.workspace);
    const window = workbench();
    await window.openFile('openhtf_board.py');
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    const procedure = await bench.procedure('FVT1');
    await bench.link('Bench 1', procedure);
    const params = { id: await bench.stationId('Bench 1') };
    const { api_key } = await (await bench.api()).call(local.generateKey, { params });
    const station = new StationApi(bench.address().url, api_key);
    const random = randomNumbers(7);
    for (let index = 0; index < 60; index += 1) {
      await station.call(runs.create, { body: runWith(procedure, index, 3.3 + 0.05 * (random() + random() - 1)) });
    }
    await window.command('Test Stations: Refresh');
  });

  it('edits the limits in the editor, after it has shown which verdicts would change', async () => {
    const window = workbench();
    await window.openFile('openhtf_board.py');
    await editor().endOf('in_range(');
    await window.command('Test Stations: Set Limits from Data…');
    await window.quickInput.opened('Limits of supply_voltage from 60 values (1/4)');
    for (const theme of ['light', 'dark'] as const) await window.screenshot('limits', theme);
    await window.quickInput.pick('Other limits…');
    for (const [side, limit] of [
      ['lower', '3.29'],
      ['upper', '3.4'],
    ] as const) {
      await eventually(async () => assert.match(await window.quickInput.message(), new RegExp(`The ${side} limit`)));
      await window.quickInput.fill(limit);
      await window.quickInput.accept();
    }
    await eventually(async () => assert.equal((await window.quickInput.rows())[0]?.label, 'Apply 3.29 to 3.4 V'));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('limits-review', theme);
    await window.quickInput.pick('Apply 3.29 to 3.4 V');
    await editor().text('in_range(3.29, 3.4)').waitFor();
    assert.match(bench.read('openhtf_board.py'), /in_range\(3\.2, 3\.4\)/, 'the script is not saved');
    await window.page.keyboard.press('Control+z');
    await editor().text('in_range(3.2, 3.4)').waitFor();
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
