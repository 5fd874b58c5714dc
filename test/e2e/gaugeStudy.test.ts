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
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';
import { checkedThemes } from './support/workbench.ts';

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
  const { bench, workbench } = useSharedBench();
  const page = (): FrameLocator => workbench().webview();
  let procedure = '';

  before(async () => {
    bench.write('thickness.py', script);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'THICK');
    await window.openContainer('Test Stations');
    const api = await bench.api();
    procedure = (await api.call(procedures.list)).data[0]?.id ?? '';
    await api.call(runs.create, { body: thicknessRun(procedure, 'SN-1', 0.4) });
  });

  /** Creates a station of the procedure that this window does not use. */
  async function otherStation(name: string): Promise<{ station: string; client: StationApi }> {
    const api = await bench.api();
    const { id: station } = await api.call(stations.create, { body: { name } });
    await api.call(local.linkProcedure, { params: { id: station, procedure_id: procedure } });
    const { api_key } = await api.call(local.generateKey, { params: { id: station } });
    return { station, client: new StationApi(bench.address().url, api_key) };
  }

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
    await window.quickInput.opened('New gauge study (5/6)');
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
    await window
      .tree('Runs')
      .row(/gauge study/)
      .locator.waitFor();
  });

  itSlow('leads the operator from part to part in the Operator UI', async () => {
    const window = workbench();
    const api = await bench.api();
    const [summary] = (await api.call(studies.list)).data;
    assert.ok(summary);
    const { name, parts, appraisers, plan } = await api.call(studies.get, { params: { id: summary.id } });
    const turn = (position: number): { serial: string; text: string } => {
      const trial = plan[position - 1];
      const serial = parts[trial?.part ?? 0]?.serial_number ?? '';
      const next = `Next part: ${serial} · ${appraisers[trial?.appraiser ?? 0]?.name}`;
      return { serial, text: `${next} Gauge study ${name}, run ${position} of 8` };
    };
    const shown = (position: number): Promise<void> =>
      eventually(async () => assert.equal(await textOf(page().locator('.start .study')), turn(position).text));
    await window.tree('Stations').row('Bench 1').action('Open Operator UI');
    await page().getByRole('button', { name: 'Set Station Script…' }).click();
    await window.quickInput.pick('thickness.py');
    await page().getByText('thickness.py').waitFor();
    await shown(2);
    for (const theme of checkedThemes) {
      await window.screenshot('gauge-study-operator', theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 700, height: 800 });
    await window.screenshot('gauge-study-operator-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await page()
      .getByRole('button', { name: `Use ${turn(2).serial}` })
      .click();
    await page().getByRole('button', { name: 'Start Test' }).click();
    await shown(3);
    await window.screenshot('gauge-study-operator-after', 'light');
    await page()
      .getByRole('textbox', { name: /serial number/i })
      .fill(turn(3).serial.toLowerCase());
    // The form of a station whose script has not ended yet starts nothing.
    await eventually(async () => assert.ok(await page().getByRole('button', { name: 'Start Test' }).isEnabled()));
    await window.page.keyboard.press('Enter');
    await shown(4);

    await window.command('Test Stations: Open Gauge Study…');
    await window.quickInput.pick(name);
    await page().getByRole('heading', { name: 'Run 4 of 8' }).waitFor();
    await page().getByRole('button', { name: 'Pause Study' }).click();
    await page().getByRole('button', { name: 'Start Study' }).waitFor();
  });

  it("shows the verdict, the figures and the charts of AIAG's example in all themes, and exports them", async () => {
    const window = workbench();
    const api = await bench.api();
    const { station, client } = await otherStation('Bench 2');
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
    for (const theme of checkedThemes) {
      await window.setTheme(theme);
      await window.screenshot('gauge-study-charts', theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 860, height: 1000 });
    await window.screenshot('gauge-study-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await page().locator('.methods').scrollIntoViewIfNeeded();
    await page().getByRole('button', { name: 'Average and range' }).click();
    await eventually(async () =>
      assert.match(
        await textOf(lead),
        /^Conditional: the gauge takes 26\.68% of the variation in the study and 22\.93% of/,
      ),
    );
    await page().getByText('Averages and ranges').click();
    for (const theme of checkedThemes) {
      await window.screenshot('gauge-study-ranges', theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.setTheme('light');
    await page().getByRole('button', { name: 'Export…' }).click();
    await window.quickInput.pick('Result');
    await window.quickInput.pick('CSV');
    await window.quickInput.saveAs(/^AIAG result .+\.csv$/);
    await eventually(() => {
      const file = readdirSync(bench.workspace).find((name) => name.startsWith('AIAG result')) ?? '';
      const text = readFileSync(join(bench.workspace, file), 'utf8');
      assert.match(text, /ANOVA,gauge,sigma,0\.30237/);
      assert.match(text, /average and range,gauge,sigma,0\.30576/);
    });
  });

  itSlow('shows how well decisions agree, for pass and fail', async () => {
    const window = workbench();
    const api = await bench.api();
    const { station, client } = await otherStation('Bench 3');
    const parts = ['GOOD-1', 'GOOD-2', 'GOOD-3', 'BAD-1', 'BAD-2'].map((serial_number) => ({
      ...{ serial_number, is_good: serial_number.startsWith('GOOD') },
    }));
    const study = await api.call(studies.create, {
      body: {
        ...{ procedure_id: procedure, name: 'Decisions', trials: 2, seed: 1, parts, measurements: [] },
        appraisers: ['Ana', 'Ben'].map((name) => ({ name, station_id: station })),
      },
    });
    const params = { id: study.id };
    await api.call(studies.update, { params, body: { is_active: true } });
    // Ana is always right. Ben fails a good part once, and passes a bad one once.
    const wrong = ['1 2 1', '1 4 2'];
    for (const { part, appraiser, trial } of study.plan) {
      const { serial_number = '', is_good = false } = parts[part] ?? {};
      const isRight = !wrong.includes(`${appraiser} ${part} ${trial}`);
      const body = {
        ...thicknessRun(procedure, serial_number, 0),
        outcome: isRight === is_good ? 'PASS' : 'FAIL',
      } as const;
      await client.call(runs.create, { body });
    }
    await window.command('Test Stations: Open Gauge Study…');
    await window.quickInput.pick('Decisions');
    await page()
      .getByText(/^Fleiss' kappa of all decisions is 0\.583, which is between poor/)
      .waitFor();
    assert.match(
      await textOf(page().locator('.lead')),
      /^All decisions are the same on 60% of 5 parts, 95% interval 23.* to 88/,
    );
    const rows = page().locator('.result tbody tr');
    assert.match(
      await textOf(rows.first()),
      /^Ana 100% of 5 parts.* 100% of 5 parts.* 0% of 4 decisions.* 0% of 6 decisions.* 1$/,
    );
    assert.match(
      await textOf(rows.last()),
      /^Ben 60% of 5 parts.* 60% of 5 parts.* 25% of 4 decisions.* 16.*% of 6 decisions.* 0\.583$/,
    );
    await page().locator('.result').scrollIntoViewIfNeeded();
    for (const theme of checkedThemes) {
      await window.screenshot('gauge-study-decisions', theme);
      assert.deepEqual(await axeProblems(page()), [], theme);
    }
    await window.page.setViewportSize({ width: 700, height: 800 });
    await window.screenshot('gauge-study-decisions-narrow', 'light');
    await window.page.setViewportSize({ width: 1280, height: 800 });
  });
});
