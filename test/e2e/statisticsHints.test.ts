import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { StationApi } from '../../src/extension/client/stationApi.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { normalValues, randomNumbers } from '../shared/statistics/support.ts';
import { createStation } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { stationClient } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

const script = `import openhtf as htf
from openhtf.util import units
from tofupilot.openhtf import upload


@htf.measures(
    htf.Measurement("supply_voltage").in_range(3.2, 3.4).with_units(units.VOLT),
    htf.Measurement("supply_current").in_range(0.1, 0.9).with_units(units.AMPERE),
)
def check_supply(test):
    test.measurements.supply_voltage = 3.3
    test.measurements.supply_current = 0.5


@htf.measures(
    htf.Measurement("pin_{pin}")
    .in_range(4, 6)
    .with_units(units.VOLT)
)
def check_pin(test, pin):
    test.measurements[f"pin_{pin}"] = 5.0


@htf.measures(htf.Measurement("never_measured"))
def check_nothing(test):
    pass


def main():
    test = htf.Test(
        check_supply,
        check_pin.with_args(pin=1),
        check_pin.with_args(pin=2),
        check_nothing,
        procedure_id="FVT1",
        part_number="PCBA01",
    )
    test.add_output_callbacks(upload())
    test.execute(lambda: "SN-0001")


if __name__ == "__main__":
    main()
`;

const runCount = 100;
const minute = 60_000;

describe('statistics beside the measurements of a script', function () {
  const { bench, workbench } = useSharedBench();
  const editor = (): Editor => new Editor(workbench().page);
  const random = randomNumbers();
  let procedure_id: string;
  let station: StationApi;

  const push = async (n: number, voltage: number, current: number, pins: readonly number[]): Promise<void> => {
    const start = Date.now() - (runCount + 10 - n) * minute;
    const [started_at, ended_at] = [new Date(start).toISOString(), new Date(start + minute / 2).toISOString()];
    const within = (value: number, lower: number, upper: number) =>
      value >= lower && value <= upper ? ('PASS' as const) : ('FAIL' as const);
    const measure = (name: string, units: string, value: number, lower_limit: number, upper_limit: number) => {
      const outcome = within(value, lower_limit, upper_limit);
      return { name, units, measured_value: value, lower_limit, upper_limit, outcome };
    };
    const phase = (name: string, measurements: ReturnType<typeof measure>[]) => ({
      name,
      outcome: 'PASS' as const,
      started_at,
      ended_at,
      measurements,
    });
    const phases = [
      phase('check_supply', [
        measure('supply_voltage', 'V', voltage, 3.2, 3.4),
        measure('supply_current', 'A', current, 0.1, 0.9),
      ]),
      ...pins.map((value, index) => phase('check_pin', [measure(`pin_${index + 1}`, 'V', value, 4, 6)])),
    ];
    const unit = { procedure_id, part_number: 'PCBA01', serial_number: `SN-${n}` };
    await station.call(runs.create, { body: { ...unit, outcome: 'PASS', started_at, ended_at, phases } });
  };

  before(async () => {
    bench.write('board.py', script);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    ({ client: station, procedure: procedure_id } = await stationClient(bench, 'Bench 1'));
    const voltages = normalValues(runCount, random, 3.3, 0.02).map((value, n) => (n < 85 ? value : value + 0.07));
    const currents = normalValues(runCount, random, 0.5, 0.03);
    const pins = [normalValues(runCount, random, 5, 0.2), normalValues(runCount, random, 5.4, 0.25)];
    for (let n = 0; n < runCount; n += 1) {
      const [voltage = 0, current = 0] = [voltages[n], currents[n]];
      await push(
        n,
        voltage,
        current,
        pins.map((values) => values[n] ?? 0),
      );
    }
    await window.command('Test Stations: Refresh');
  });

  it('shows count, yield, capability, and course, and updates them when runs are added', async () => {
    const window = workbench();
    await window.openFile('board.py');
    await editor()
      .text(/supply_voltage.*n\s100\s·\s\d+(\.\d+)?%\s·\sPpk\s\d\.\d\d\s[▁▂▃▄▅▆▇█]{12}/)
      .waitFor();
    await editor()
      .text(/supply_current.*n\s100\s·\s100%\s·\sPpk\s\d\.\d\d/)
      .waitFor();
    await editor()
      .text(/pin_\{pin\}.*n\s200\s·\s.*lowest\sPpk/)
      .waitFor();
    assert.doesNotMatch(await editor().text('"never_measured"').innerText(), / n/);
    for (let n = 0; n < 3; n += 1) await push(runCount + n, 3.3, 0.5, [5, 5.4]);
    await editor()
      .text(/supply_current.*n.103/)
      .waitFor();
    await window.screenshots('statistics-hints');
  });

  it('shows a histogram, limits, and capability over the name of a measurement', async () => {
    const window = workbench();
    await editor().endOf('"supply_volt');
    const hover = await editor().hover();
    await hover.locator('img').waitFor();
    assert.ok(
      await hover
        .locator('img')
        .evaluate((image: { complete: boolean; naturalWidth: number }) => image.naturalWidth > 0),
    );
    const text = await hover.innerText();
    assert.match(text, /supply_voltage · check_supply/);
    assert.match(text, /The newest 100 values/);
    assert.match(text, /Limits: 3\.2 to 3\.4 V\./);
    assert.match(text, /Ppk \d\.\d\d of 103 values, with a 95% confidence interval from \d\.\d\d to \d\.\d\d\./);
    await window.page.keyboard.press('Escape');
    for (const theme of areScreenshotsWanted ? (['light', 'dark', 'hc'] as const) : []) {
      await window.setTheme(theme);
      await editor().endOf('"supply_volt');
      await (await editor().hover()).locator('img').waitFor();
      await window.screenshot('statistics-hover', theme);
      await window.page.keyboard.press('Escape');
    }
    await window.setTheme('dark');
  });

  it('reports a measurement that is out of control and limits that are never reached until the setting is off', async () => {
    const window = workbench();
    await eventually(async () => {
      const problems = (await window.problems()).join('\n');
      assert.match(problems, /supply_voltage is out of control: \d+ of the newest 20 values are not between/);
      assert.match(problems, /supply_current never reaches its limits: none of 103 values failed/);
    });
    await window.screenshots('statistics-problems');
    await window.changeSettings({ 'testStations.statisticsHints': false });
    await eventually(async () => assert.doesNotMatch((await window.problems()).join('\n'), /out of control/));
    await editor().text('"supply_voltage"').waitFor();
    await eventually(async () => assert.doesNotMatch(await editor().text('"supply_voltage"').innerText(), /Ppk/));
  });
});
