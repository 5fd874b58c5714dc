import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { createStation } from './support/bench.ts';
import { stationClient } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('the Runs view', function () {
  const { bench, workbench } = useSharedBench();
  let station: StationApi;
  let procedure_id: string;

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    ({ client: station, procedure: procedure_id } = await stationClient(bench, 'Bench 1'));
    await window.openContainer('Test Stations');
  });

  /** @param age milliseconds since the start @returns the id of the run */
  const push = async (serial_number: string, age: number, client = station): Promise<string> => {
    const start = Date.now() - age;
    const [started_at, ended_at] = [new Date(start).toISOString(), new Date(start + minute).toISOString()];
    const unit = { procedure_id, part_number: 'PCBA01', serial_number };
    return (await client.call(runs.create, { body: { ...unit, outcome: 'PASS', started_at, ended_at } })).id;
  };

  const fail = async (client: StationApi, serial_number: string, minutesAgo: number): Promise<void> => {
    const start = Date.now() - minutesAgo * minute;
    const times = { started_at: new Date(start).toISOString(), ended_at: new Date(start + 1000).toISOString() };
    const measurements = [{ name: 'voltage', outcome: 'FAIL' as const, measured_value: 3.5, units: 'V' }];
    const phases = [{ name: 'measure', outcome: 'FAIL' as const, ...times, measurements }];
    const body = { procedure_id, part_number: 'PCBA01', serial_number, outcome: 'FAIL' as const, ...times, phases };
    await client.call(runs.create, { body });
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

  it('deletes a run after a question that names it, and nothing if the question is dismissed', async () => {
    const window = workbench();
    const gone = await push('SN-GONE', 2 * minute);
    const row = window.tree('Runs').row('SN-GONE');
    await row.menu('Delete Run…');
    await eventually(async () => {
      assert.match(await window.dialog.text(), /Delete the run of SN-GONE\?[^]*PASS[^]*attachments are deleted too/);
    });
    await window.screenshots('delete-run');
    await window.dialog.click('Cancel');
    assert.ok((await bench.runs()).some((run) => run.id === gone));
    await row.menu('Delete Run…');
    await window.dialog.click('Delete');
    await row.locator.waitFor({ state: 'detached' });
    assert.ok((await bench.runs()).every((run) => run.id !== gone));
  });

  it('finds a unit among more runs than are shown, clears the filter, and loads older runs', async () => {
    const window = workbench();
    const view = window.tree('Runs');
    for (let n = 0; n < 60; n += 1) await push(`SN-${1000 + n}`, (120 - n) * minute);
    await view.row('SN-1059').locator.waitFor();
    await window.command('Test Stations: Find Runs by Serial Number…');
    await window.quickInput.opened('Find runs by serial number');
    await window.quickInput.fill('SN-1003');
    await window.quickInput.accept();
    await eventually(async () =>
      assert.match((await view.rows()).join('\n'), /^Filter “SN-1003” · Bench 1\nSN-1003 PASS[^\n]*$/),
    );
    await view.row('Filter').action('Clear Filter of Runs');
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

  it('lists runs of all stations live by outcome and measurement, keeps the selection, and saves the filter as a view', async () => {
    const window = workbench();
    const view = window.tree('Runs');
    const { quickInput } = window;
    await createStation(window, 'Bench 2');
    await window.notification('Station Bench 2 is ready').close();
    await bench.link('Bench 2', procedure_id);
    const { api_key } = await (
      await bench.api()
    ).call(local.generateKey, { params: { id: await bench.stationId('Bench 2') } });
    const other = new StationApi(bench.address().url, api_key);
    await fail(other, 'SN-F1', 3);
    await view.action('Filter Runs…');
    await quickInput.opened('Filter runs');
    await window.screenshots('filter-runs');
    for (const [what, value] of [
      ['Station', 'All stations'],
      ['Time', 'In the last 7 days'],
    ] as const) {
      await quickInput.pick(what);
      await quickInput.pick(value);
      await quickInput.row('Failed today on all stations').waitFor();
    }
    await quickInput.pick('Outcome');
    await quickInput.opened('Filter runs (2/2)');
    await quickInput.pick('FAIL');
    await window.screenshots('filter-outcomes');
    await quickInput.accept();
    await quickInput.pick('Failed measurement');
    await quickInput.pick('voltage');
    await quickInput.accept();
    await quickInput.row('Clear the filter').waitFor();
    await quickInput.cancel();
    const filter = 'Filter FAIL · voltage failed · in the last 7 days · all stations';
    await eventually(async () => assert.match((await view.rows()).join('\n'), rowsOf(filter, ['SN-F1'])));
    await view.row('SN-F1').click();
    await fail(other, 'SN-F2', 2);
    await fail(station, 'SN-F3', 1);
    await push('SN-PASS', 2 * minute, other);
    await eventually(async () =>
      assert.match((await view.rows()).join('\n'), rowsOf(filter, ['SN-F3', 'SN-F2', 'SN-F1'])),
    );
    assert.equal(await view.row('SN-F1').locator.getAttribute('aria-selected'), 'true');
    assert.match(await view.row('SN-F2').spoken(), /SN-F2, FAIL, .*, Bench 2, /);
    await window.screenshots('filtered-runs');
    await window.command('Test Stations: Save View of Runs…');
    await quickInput.opened('Save this filter as a view');
    await quickInput.fill('Voltage');
    await quickInput.accept();
    await view.row('Filter').action('Filter Runs…');
    await quickInput.pick('Serial number');
    await quickInput.opened('Filter runs (2/2)');
    await quickInput.fill('SN-NONE');
    await quickInput.accept();
    await quickInput.row('Clear the filter').waitFor();
    await quickInput.cancel();
    const welcome = window.page.locator('.welcome-view').filter({ hasText: 'No run matches the filter above.' });
    await welcome.waitFor();
    await welcome.getByRole('button', { name: 'Clear Filter' }).focus(); // it was in the rows that have gone
    await window.screenshots('no-matching-runs');
    await window.command('Test Stations: Open View of Runs…');
    await quickInput.pick('Voltage');
    await eventually(async () =>
      assert.match((await view.rows()).join('\n'), rowsOf(filter, ['SN-F3', 'SN-F2', 'SN-F1'])),
    );
    await view.action('Clear Filter of Runs');
    await view.row('Filter').locator.waitFor({ state: 'detached' });
  });
});

const rowsOf = (filter: string, serialNumbers: readonly string[]): RegExp =>
  new RegExp(
    `^${[filter, ...serialNumbers.map((serial) => `${serial} FAIL [^\\n]* · Bench [12] · [^\\n]*`)].join('\\n')}$`,
  );
