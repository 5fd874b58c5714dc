import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import type { StationApi } from '../../src/extension/client/stationApi.ts';
import { StationApi as Api } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { runAt } from '../server/runs.ts';
import { areSlowTestsLeftOut, itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { midnight } from './support/histories.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

const hour = 60 * 60 * 1000;

describe('the tree of stations', function () {
  const { bench, workbench } = useSharedBench();
  const tree = () => workbench().tree('Stations');
  let procedure = '';

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    const api = await bench.api();
    const body = { name: 'Functional test', identifier: 'FVT1' };
    procedure = (await api.call(procedures.create, { body })).id;
  });

  /** As a script elsewhere would, with a key of the station. */
  const push = async (api: StationApi, serial: string, outcome: 'PASS' | 'FAIL', atHour: number): Promise<void> => {
    await api.call(runs.create, { body: runAt(procedure, serial, outcome, midnight(1) + atHour * hour) });
  };

  it('shows the key, runs, first-pass yield and last connection of a station', async () => {
    const window = workbench();
    const api = await bench.api();
    const id = await bench.stationId('Bench 1');
    await api.call(local.linkProcedure, { params: { id, procedure_id: procedure } });
    await tree()
      .row(/FVT1\s*0 runs/)
      .locator.waitFor();
    await tree()
      .row(/Bench 1\s*never connected/)
      .locator.waitFor();
    const { api_key: key } = await api.call(local.generateKey, { params: { id } }); // elsewhere
    await tree()
      .row(/tss_.*not on this machine/)
      .locator.waitFor();
    const station = new Api(bench.address().url, key);
    await push(station, 'SN-1', 'PASS', 9);
    await push(station, 'SN-2', 'FAIL', 10);
    await push(station, 'SN-2', 'PASS', 11);
    await tree()
      .row(/FVT1\s*3 runs · 50% first pass · Functional test/)
      .locator.waitFor();
    await tree()
      .row(/Bench 1\s*unknown/)
      .locator.waitFor();
    assert.match(await tree().row('FVT1').tooltip(), /First-pass yield: 50% \(1\/2\)\. By the second attempt: 100%/);
    assert.match(await tree().row('Bench 1').tooltip(), /Last seen .*\(1 hour ago\)|Last seen .*\(now\)/);
    await eventually(async () => assert.equal((await window.tree('Runs').rows()).length, 3));
    await window.page.mouse.move(700, 400);
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('tree', theme);
    await api.call(local.deleteKey, { params: { id } });
    await tree()
      .row(/No key\s*scripts cannot push/)
      .locator.waitFor();
    await tree().row('No key').action('Generate New Key…');
    await window.notification('Bench 1 has a new key').close();
    await tree()
      .row(/tss_.*created now/)
      .locator.waitFor();
  });

  itSlow('keeps expanded and focused nodes while other clients make changes', async () => {
    const window = workbench();
    const api = await bench.api();
    await tree().row('FVT1').click();
    const { id } = await api.call(stations.create, { body: { name: 'Bench 0' } });
    await tree().row('Bench 0').locator.waitFor();
    await tree().row('Bench 1').collapse();
    await api.call(stations.update, { params: { id }, body: { name: 'Bench 00' } });
    await tree().row('Bench 00').locator.waitFor();
    await push(
      new Api(
        bench.address().url,
        (await api.call(local.generateKey, { params: { id: await bench.stationId('Bench 1') } })).api_key,
      ),
      'SN-9',
      'PASS',
      12,
    );
    await eventually(async () => assert.equal((await window.tree('Runs').rows()).length, 4));
    assert.equal(await tree().row('Bench 1').locator.getAttribute('aria-expanded'), 'false');
    await tree().row('Bench 1').expand();
    await tree().row('FVT1').locator.waitFor();
    await api.call(stations.remove, { params: { id } });
    await tree().row('Bench 00').locator.waitFor({ state: 'detached' });
  });

  it('renames and removes the focused node with the keyboard', async () => {
    const window = workbench();
    await tree().row('FVT1').click();
    await window.page.mouse.move(700, 400);
    const press = (key: string): Promise<void> => window.page.keyboard.press(key);
    await press('F2');
    await window.quickInput.opened('Rename procedure FVT1');
    await window.quickInput.cancel();
    await press('ArrowUp'); // the focus moves, the selection stays
    await press('F2');
    await window.quickInput.opened('Rename station Bench 1');
    await window.quickInput.cancel();
    await press('ArrowDown');
    await press('Delete');
    await eventually(async () => assert.match(await window.dialog.text(), /Unlink FVT1 from Bench 1\?/));
    await window.dialog.click('Cancel');
    await press('ArrowUp');
    await press('Delete');
    await eventually(async () => assert.match(await window.dialog.text(), /Remove station Bench 1\?/));
    await window.dialog.click('Cancel');
    assert.equal(await tree().row('Bench 1').locator.getAttribute('aria-expanded'), 'true');
  });

  it('filters many stations by name and by procedure', async () => {
    const window = workbench();
    const api = await bench.api();
    const count = areSlowTestsLeftOut ? 100 : 1000;
    const last = String(count - 1);
    const found = `Line ${last.slice(0, -1)}`;
    for (let n = 1; n < count; n += 1) {
      await api.call(stations.create, {
        body: { name: `Line ${n}`, ...(n % 20 === 0 ? { procedure_id: procedure } : {}) },
      });
    }
    await window.command('Test Stations: Refresh');
    await tree().row('Bench 1').click();
    await until(async () => {
      await window.page.keyboard.press('End');
      return (await tree().row(`Line ${last}`).locator.count()) > 0; // all are painted, closed: so they stay when few are left
    });
    const filter = async (text: string, pick: string): Promise<void> => {
      await window.command('Test Stations: Find Stations…');
      await window.quickInput.opened('Find stations');
      await window.quickInput.fill(text);
      await window.quickInput.pick(pick);
    };
    await filter(found.toLowerCase(), 'Show matching stations only');
    await eventually(async () => {
      const names = (await tree().rows()).map((row) => row.replace(/ never connected$/, ''));
      const lines = names.filter((name) => name.startsWith('Line'));
      assert.deepEqual(lines, [found, ...Array.from({ length: 10 }, (_, n) => `${found}${n}`)]);
    });
    await window.screenshot('filtered', 'light');
    await filter('FVT', 'FVT1');
    await tree().row('Line 20').locator.waitFor();
    await tree().row(`Line ${last}`).locator.waitFor({ state: 'detached' });
    await filter('nowhere', 'Show matching stations only');
    await window.page.getByText('No station matches the filter.').waitFor();
    await window.tree('Stations').action('Clear Filter');
    await tree().row('Bench 1').locator.waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('thousand', theme);
    await window.command('Test Stations: Select Station');
    await window.quickInput.opened('Select the station that scripts run on');
    await window.quickInput.fill('Line 77');
    await window.quickInput.pick('Line 77');
    await window.statusBarItem('Line 77').waitFor();
  });

  // The headers are the workbench's own: axe finds their buttons nested in a button.
  it('has no accessibility violations in its views', async () => {
    const window = workbench();
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await window.page.evaluate(axe);
    const found = findings.parse(
      await window.page
        .evaluate(`axe.run({ include: ['.part.sidebar'], exclude: ['.pane-header', '.composite.title'] }, {
        runOnly: ['wcag2a', 'wcag2aa'],
      }).then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html) })))`),
    );
    assert.deepEqual(found, []);
  });
});

const findings = z.array(z.object({ id: z.string(), help: z.string(), nodes: z.array(z.string()) }));
