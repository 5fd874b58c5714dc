import assert from 'node:assert/strict';
import { it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { parts } from '../../src/shared/contract/parts.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { describeSlow } from '../support/slow.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { axeProblems } from './support/axe.ts';
import { addTofuPilot, Bench, useBench } from './support/bench.ts';
import { Editor } from './support/editor.ts';

const script = (procedure: string): string => `
import openhtf as htf


@htf.measures(htf.Measurement("voltage").in_range(3, 4))
@htf.PhaseOptions(name="Power")
def power(test):
    test.measurements.voltage = 3.3


test = htf.Test(power, procedure_id="${procedure}", part_number="PCB")
test.execute(lambda: "SN-0001")
`;

describeSlow('pages on a TofuPilot server (a stand-in for it)', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const cloud = useTofuPilot();
  const editor = (): Editor => new Editor(workbench().page);
  let procedure_id = '';

  it('show the connection status of stations instead of uptime, and offer the dashboard', async () => {
    const window = workbench();
    const behind = new StationApi(cloud.behind, cloud.userKey);
    await behind.call(stations.create, { body: { name: 'Cloud bench' } });
    await window.open(bench.workspace);
    await addTofuPilot(window, cloud);
    await window.command('Test Stations: Open Uptime');
    const page = window.webview();
    await page.getByText(`${cloud.host} has no public API for uptime`).waitFor();
    await page.getByText('Cloud bench').waitFor();
    await page.getByRole('button', { name: 'Open dashboard' }).waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await window.screenshot('uptime-tofupilot', 'light');
    await window.command('Test Stations: Pause Uptime of Station');
    const message = window.notification(`The uptime on ${cloud.host} cannot be changed here.`);
    assert.deepEqual(await message.buttons(), [`Open ${cloud.host}`, 'Show Log']);
    await message.close();
  });

  it('compute statistics from the newest runs', async () => {
    const window = workbench();
    const behind = new StationApi(cloud.behind, cloud.userKey);
    ({ id: procedure_id } = await behind.call(procedures.create, { body: { name: 'Final test' } }));
    await behind.call(parts.create, { body: { number: 'PCB', name: 'PCB' } });
    for (const [index, voltage] of [3.3, 3.31, 9.9].entries()) await push(index, voltage);
    await window.command('Test Stations: Open Statistics');
    await window.quickInput.row('Final test').click();
    const page = window.webview();
    await page.getByText('This server computes no statistics.').waitFor();
    await page.getByText('2 of 3').first().waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await window.screenshot('statistics-tofupilot', 'light');
    await page.getByRole('button', { name: 'voltage' }).first().click();
    await window.webview().getByRole('heading', { name: 'voltage' }).waitFor();
    await window
      .webview()
      .getByText(/3 of the \d+ values/)
      .first()
      .waitFor();
  });

  it('show statistics of the newest runs beside the measurements of a script', async () => {
    const window = workbench();
    const behind = new StationApi(cloud.behind, cloud.userKey);
    const { data } = await behind.call(stations.list);
    const id = data.find(({ name }) => name === 'Cloud bench')?.id ?? '';
    await behind.call(local.linkProcedure, { params: { id, procedure_id } });
    await window.openContainer('Test Stations');
    await window.command('Test Stations: Refresh');
    await window.tree('Stations').row('Final test').locator.waitFor();
    bench.write('board.py', script(procedure_id));
    await window.openFile('board.py');
    await editor()
      .text(/voltage.*n\s3\s·\s66\.66%\s·\sPpk/)
      .waitFor();
    await editor().endOf('Measurement("voltage');
    const text = await (await editor().hover()).innerText();
    assert.match(text, /Passed: 66\.66% \(2 of 3\) in the newest 3 runs\./);
    assert.match(text, /This server computes no statistics, so these are of its newest 3 runs\./);
    await window.screenshots('statistics-hover-tofupilot');
    await window.page.keyboard.press('Escape');
    const { api_key } = await behind.call(local.generateKey, { params: { id } });
    await push(3, 3.3, new StationApi(cloud.behind, api_key));
    await window.command('Test Stations: Refresh');
    await editor()
      .text(/voltage.*n\s4\s·\s75\.00%/)
      .waitFor();
  });

  async function push(
    index: number,
    voltage: number,
    client = new StationApi(cloud.behind, cloud.userKey),
  ): Promise<void> {
    const outcome = voltage < 4 ? 'PASS' : 'FAIL';
    const at = (second: number): string => new Date(Date.now() - 600_000 + (60 * index + second) * 1000).toISOString();
    const measurements = [
      { name: 'voltage', outcome, measured_value: voltage, lower_limit: 3, upper_limit: 4 },
    ] as const;
    await client.call(runs.create, {
      body: {
        procedure_id,
        serial_number: `SN-${index}`,
        part_number: 'PCB',
        outcome,
        started_at: at(0),
        ended_at: at(5),
        phases: [{ name: 'Power', outcome, started_at: at(1), ended_at: at(2), measurements: [...measurements] }],
      },
    });
  }
});
