import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { axeProblems } from './support/axe.ts';
import { addTofuPilot, Bench, useBench } from './support/bench.ts';

describe('the uptime panel on a TofuPilot server (a stand-in for it)', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const cloud = useTofuPilot();

  it('shows the connection status of stations and opens the dashboard', async () => {
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
});
