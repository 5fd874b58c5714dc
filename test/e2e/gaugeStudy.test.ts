import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import type { FrameLocator } from 'playwright-core';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { studies } from '../../src/shared/contract/studies.ts';
import { aiagReading } from '../support/gaugeExample.ts';
import { axeProblems } from './support/axe.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';
import { allThemes } from './support/workbench.ts';

const script = `
import openhtf as htf
from openhtf.util import units
from tofupilot.openhtf import TofuPilot


@htf.measures(htf.Measurement("thickness").in_range(-4, 4).with_units(units.MILLIMETRE))
def measure(test):
    test.measurements.thickness = 0.5


test = htf.Test(measure, procedure_id="THICK", part_number="PLATE")
with TofuPilot(test):
    test.execute(lambda: "SN-OWN")
`;

function thicknessRun(procedure_id: string, serial_number: string, value: number): NewRunBody {
  const time = new Date().toISOString();
  const common = { outcome: 'PASS', started_at: time, ended_at: time } as const;
  const limits = { lower_limit: -4, upper_limit: 4 };
  const measurements = [{ name: 'thickness', outcome: 'PASS' as const, measured_value: value, units: 'mm', ...limits }];
  return {
    ...common,
    procedure_id,
    serial_number,
    part_number: 'PLATE',
    phases: [{ ...common, name: 'measure', measurements }],
  };
}

describe('a gauge study in VS Code', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const page = (): FrameLocator => workbench().webview();
  let procedure = '';

  before(async () => {
    bench.write('thickness.py', script);
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'THICK');
    await window.openContainer('Test Stations');
    const api = await bench.api();
    procedure = (await api.call(procedures.list)).data[0]?.id ?? '';
    await api.call(runs.create, { body: thicknessRun(procedure, 'SN-1', 0.4) });
  });

  it('is planned in steps, and leads to the part that is tested next', async () => {
    const window = workbench();
    await window.command('Test Stations: New Gauge Study…');
    await window.quickInput.opened('New gauge study');
    await window.quickInput.pick('THICK');
    await window.quickInput.pick('thickness');
    await window.quickInput.accept();
    await window.quickInput.row('SN-1').waitFor();
    for (const serial of ['SN-0001', 'SN-0002']) {
      await window.quickInput.fill(serial);
      await window.quickInput.accept();
      await window.quickInput.row(serial).waitFor();
    }
    await window.screenshot('gauge-study-parts', 'light');
    await window.quickInput.accept();
    await window.quickInput.pick('Operators on one station');
    await window.quickInput.pick('Bench 1');
    await window.quickInput.fill('Ana, Ben');
    await window.quickInput.accept();
    await window.quickInput.row('2 trials').waitFor();
    const plans = (await window.quickInput.rows()).map(({ label, description }) => `${label}: ${description}`);
    assert.deepEqual(plans.slice(0, 2), ['2 trials: 8 runs', '3 trials: 12 runs']);
    await window.quickInput.pick('2 trials');

    await page().getByRole('heading', { name: 'Run 1 of 8' }).waitFor();
    await page().getByRole('button', { name: 'Start Study' }).click();
    await page().getByRole('button', { name: 'Run Procedure' }).click();
    await page().getByRole('heading', { name: 'Run 2 of 8' }).waitFor();
    const first = page().locator('.runs tbody tr').first();
    assert.match(await textOf(first), /^1 SN-000[12] (Ana|Ben) 1 PASS 0.5 mm /);
    const [study] = (await (await bench.api()).call(studies.list)).data;
    assert.equal(study?.done, 1);
    await window.screenshots('gauge-study-next');
    await page().getByRole('button', { name: 'Pause Study' }).click();
    await page().getByRole('button', { name: 'Start Study' }).waitFor();
    await window
      .tree('Runs')
      .row(/gauge study/)
      .locator.waitFor();
  });

  it("shows the verdict, the figures and the charts of AIAG's example in all themes, and exports them", async () => {
    const window = workbench();
    const api = await bench.api();
    const { id: station } = await api.call(stations.create, { body: { name: 'Bench 2' } });
    await api.call(local.linkProcedure, { params: { id: station, procedure_id: procedure } });
    const { api_key } = await api.call(local.generateKey, { params: { id: station } });
    const client = new StationApi(bench.address().url, api_key);
    const parts = Array.from({ length: 10 }, (_, index) => ({ serial_number: `P${index + 1}` }));
    const study = await api.call(studies.create, {
      body: {
        ...{ procedure_id: procedure, name: 'AIAG', trials: 3, seed: 1, parts },
        measurements: [{ phase_name: 'measure', measurement_name: 'thickness' }],
        appraisers: ['Ana', 'Ben', 'Cem'].map((name) => ({ name, station_id: station })),
      },
    });
    const params = { id: study.id };
    await api.call(studies.update, { params, body: { is_active: true } });
    for (const { part, appraiser, trial } of study.plan) {
      const serial = parts[part]?.serial_number ?? '';
      await client.call(runs.create, { body: thicknessRun(procedure, serial, aiagReading(appraiser, part, trial)) });
    }
    await window.command('Test Stations: Open Gauge Study…');
    await window.quickInput.pick('AIAG');
    const lead = page().locator('.lead');
    await eventually(async () =>
      assert.equal(
        await textOf(lead),
        'Conditional: the gauge takes 27.86% of the variation in the study and 22.68% of the tolerance, and 10% to 30% is acceptable on conditions.',
      ),
    );
    const rows = await page().locator('.result table').first().locator('tbody tr').allInnerTexts();
    assert.deepEqual(
      rows.slice(0, 2).map((row) => row.split(/\t+/).join(' | ').trim()),
      [
        'Gauge (GRR) | 0.30237 mm | 0.091429 | 7.76% | 27.86% | 22.68%',
        'Repeatability (EV) | 0.19993 mm | 0.039973 | 3.39% | 18.42% | 14.99%',
      ],
    );
    await page().locator('.charts canvas').nth(3).waitFor();
    await window.screenshots('gauge-study-result');
    await page().locator('.charts').scrollIntoViewIfNeeded();
    await page().locator('.charts .chart').last().scrollIntoViewIfNeeded();
    for (const theme of allThemes) {
      await window.setTheme(theme);
      await window.screenshot('gauge-study-charts', theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 860, height: 1000 });
    await window.screenshot('gauge-study-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await page().getByRole('button', { name: 'Export…' }).click();
    await window.quickInput.pick('Result');
    await window.quickInput.pick('CSV');
    await window.quickInput.saveAs(/^AIAG result .+\.csv$/);
    await eventually(() => {
      const file = readdirSync(bench.workspace).find((name) => name.startsWith('AIAG result')) ?? '';
      assert.match(readFileSync(join(bench.workspace, file), 'utf8'), /gauge,sigma,0\.30237/);
    });
  });
});
