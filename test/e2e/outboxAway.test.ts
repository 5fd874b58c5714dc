import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { type RunListItem, runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { addTofuPilot, Bench, pasteKey, useBench } from './support/bench.ts';
import { until } from './support/until.ts';

describe('results while a server is unavailable', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const cloud = useTofuPilot();
  const behind = (): StationApi => new StationApi(cloud.behind, cloud.userKey);
  const saved = async (): Promise<RunListItem[]> => (await behind().call(runs.list)).data;

  before(async () => {
    const window = workbench();
    const body = { name: 'Functional test', identifier: 'FVT1' };
    const { id: procedure_id } = await behind().call(procedures.create, { body });
    const { id } = await behind().call(stations.create, { body: { name: 'Cloud bench', procedure_id } });
    const { api_key } = await behind().call(local.generateKey, { params: { id } });
    bench.script('openhtf_fvt1.py');
    await window.open(bench.workspace);
    await addTofuPilot(window, cloud);
    await window.openContainer('Test Stations');
    await pasteKey(window, 'Cloud bench', api_key);
  });

  it('stay on this machine after a restart of the window and are pushed once when the server is back', async () => {
    const window = workbench();
    cloud.mood = 'taking no runs'; // away for those alone: what is tried again between the two must not arrive
    for (const number of [1, 2]) {
      await window.openFile('openhtf_fvt1.py');
      await window.editorAction('Run Procedure on Station');
      await window.notification(/SN-0001: PASS\..*Not uploaded yet/).close();
      await window.statusBarItem(new RegExp(`^\\s*${number}\\s*$`)).waitFor();
    }
    cloud.mood = 'down';
    assert.deepEqual(await saved(), []);
    await window.reload();
    await window.openContainer('Test Stations');
    const waiting = window.tree('Runs').row(/SN-0001.*upload pending/);
    await waiting.locator.first().waitFor();
    await window.page
      .getByText(/Last known state\.|does not answer/)
      .first()
      .waitFor();
    cloud.mood = 'well';
    await window.command('Test Stations: Refresh');
    await until(async () => (await saved()).length === 2, { what: 'both runs', timeout: 60_000 });
    await waiting.locator.first().waitFor({ state: 'detached' });
    assert.equal((await saved()).length, 2);
  });
});
