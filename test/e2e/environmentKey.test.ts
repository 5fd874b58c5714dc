import assert from 'node:assert/strict';
import { before, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { describeSlow } from '../support/slow.ts';
import { type StandIn, useTofuPilot } from '../support/tofupilot.ts';
import { addTofuPilot, Bench, useBench } from './support/bench.ts';

/** Creates a station on the server behind a stand-in. @returns its key */
async function stationKeyOn(server: StandIn, name: string): Promise<string> {
  const api = new StationApi(server.behind, server.userKey);
  const { id } = await api.call(stations.create, { body: { name } });
  return (await api.call(local.generateKey, { params: { id } })).api_key;
}

describeSlow('a key in the environment of the window', function () {
  const own = useTofuPilot();
  const other = useTofuPilot();
  const env: Record<string, string> = {};
  let key = '';
  before(async () => {
    key = await stationKeyOn(own, 'Bench A');
    await stationKeyOn(other, 'Bench B');
    Object.assign(env, { TOFUPILOT_API_KEY: key, TOFUPILOT_URL: `${own.url}/api` });
  });
  const bench = new Bench();
  const { workbench } = useBench(bench, {}, env);

  it('is not sent to another server, not even to identify its owner', async () => {
    const window = workbench();
    await window.open(bench.workspace);
    await window.openContainer('Test Stations');
    await addTofuPilot(window, other);
    await window.tree('Stations').row('Bench B').menu('Copy Key');
    await window.notification('This machine has no key for Bench B that works.').close();
    assert.ok(other.receivedKeys.has(other.userKey));
    assert.ok(!other.receivedKeys.has(key));
  });

  it('is used for its own server', async () => {
    const window = workbench();
    assert.ok(!own.receivedKeys.has(key));
    await addTofuPilot(window, own);
    await window
      .tree('Stations')
      .row(new RegExp(key.slice(0, 8)))
      .locator.waitFor();
    const rows = await window.tree('Stations').rows();
    assert.ok(!rows.some((row) => row.includes('not on this machine')), rows.join('\n'));
    await window.tree('Stations').row('Bench A').menu('Copy Key');
    await window.statusBarItem('The key of Bench A is in the clipboard').waitFor();
    assert.ok(own.receivedKeys.has(key));
    assert.ok(!other.receivedKeys.has(key));
  });
});
