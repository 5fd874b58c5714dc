import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { StationApi } from '../../src/extension/client/stationApi.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { stationClient } from './support/richRun.ts';
import { eventually, until } from './support/until.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('the Runs view', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  let station: StationApi;
  let procedure_id: string;

  before(async () => {
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    ({ client: station, procedure: procedure_id } = await stationClient(bench, 'Bench 1'));
    await window.openContainer('Test Stations');
  });

  /** @param age milliseconds since the start @returns the id of the run */
  const push = async (serial_number: string, age: number): Promise<string> => {
    const start = Date.now() - age;
    const [started_at, ended_at] = [new Date(start).toISOString(), new Date(start + minute).toISOString()];
    const unit = { procedure_id, part_number: 'PCBA01', serial_number };
    return (await station.call(runs.create, { body: { ...unit, outcome: 'PASS', started_at, ended_at } })).id;
  };

  it('shows a run that is pushed with a date of last month and removes a deleted run', async () => {
    const view = workbench().tree('Runs');
    // The first use of the key changes the station itself, and the view with it.
    await push('SN-NOW', minute);
    await view.row('SN-NOW').locator.waitFor();
    const old = await push('SN-OLD-1', 40 * day);
    await view.row('SN-OLD-1').locator.waitFor();
    await push('SN-OLD-2', 30 * day);
    await view.row('SN-OLD-2').locator.waitFor();
    await (await bench.api()).call(runs.delete, { query: { ids: old } });
    await view.row('SN-OLD-1').locator.waitFor({ state: 'detached' });
    await view.row('SN-OLD-2').locator.waitFor();
  });

  it('finds a unit among more runs than are shown, clears the search, and loads older runs', async () => {
    const window = workbench();
    const view = window.tree('Runs');
    for (let n = 0; n < 60; n += 1) await push(`SN-${1000 + n}`, (120 - n) * minute);
    await view.row('SN-1059').locator.waitFor();
    await view.action('Find Runs by Serial Number…');
    await window.quickInput.opened('Find runs by serial number');
    await window.screenshots('find-runs');
    await window.quickInput.fill('SN-1003');
    await window.quickInput.accept();
    await eventually(async () => assert.match((await view.rows()).join('\n'), /^SN-1003 PASS[^\n]*$/));
    await window.screenshots('found-runs');
    await view.action('Find Runs by Serial Number…');
    await window.quickInput.opened('Find runs by serial number');
    await window.quickInput.fill('SN-NONE');
    await window.quickInput.accept();
    await eventually(async () => assert.deepEqual(await view.rows(), []));
    await window.screenshots('found-no-runs');
    await view.action('Show All Runs');
    await view.row('SN-1059').locator.waitFor();
    const older = view.row('Load more runs');
    await view.locator.press('End');
    await older.locator.waitFor();
    await window.screenshots('more-runs');
    await older.click();
    await until(async () => {
      await view.locator.press('End'); // the older runs are loaded in the background
      return (await view.row('SN-OLD-2').locator.count()) > 0;
    });
    await older.locator.waitFor({ state: 'detached' });
  });
});
