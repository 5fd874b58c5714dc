import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { itSlow } from '../support/slow.ts';
import { createStation, pasteKey } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

describe('the Stations view', function () {
  const { bench, workbench } = useSharedBench();
  let firstKey = '';

  it('offers to create the first station when it is empty', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.page.getByText('A station is a test bench').waitFor();
    await window.page.getByRole('button', { name: 'Create Station' }).first().waitFor();
    await window.page.getByText('The runs of a station appear here').waitFor();
    assert.equal(await window.page.getByRole('button', { name: 'Select Station' }).count(), 0);
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('welcome', theme);
    await window.statusBarItem('No station').waitFor();
  });

  it('refuses invalid station names with a reason and creates a station with a valid name', async () => {
    const window = workbench();
    await window.page.getByRole('button', { name: 'Create Station' }).first().click();
    await window.quickInput.opened('Create station');
    const refused = async (name: string, sentence: string): Promise<void> => {
      await window.quickInput.fill(name);
      await window.quickInput.accept();
      await eventually(async () => assert.match(await window.quickInput.message(), new RegExp(sentence)));
    };
    await refused('', 'must not be empty');
    await refused('   ', 'must not be empty');
    await refused('x'.repeat(61), 'at most 60');
    await window.quickInput.fill('Bench 1');
    await window.quickInput.accept();
    await window.tree('Stations').row('Bench 1').locator.waitFor();
    await window.statusBarItem('Bench 1').waitFor();
  });

  it('offers the first key for copying once, and the copied key works', async () => {
    const window = workbench();
    const notification = window.notification('Station Bench 1 is ready');
    assert.deepEqual(await notification.buttons(), ['Link Procedure', 'Copy Key']);
    firstKey = await window.copied(() => notification.click('Copy Key'));
    assert.match(firstKey, /^tss_/);
    const current = await new StationApi(bench.address().url, firstKey).call(stations.getCurrent);
    assert.equal(current.name, 'Bench 1');
  });

  it('asks before it uses the name of another station, ignoring case', async () => {
    const window = workbench();
    await window.command('Test Stations: Create Station…');
    await window.quickInput.opened('Create station');
    await window.quickInput.fill('bench 1');
    await window.quickInput.accept();
    await eventually(async () =>
      assert.match(await window.dialog.text(), /Use the name bench 1 for another station\?/),
    );
    for (const theme of ['light', 'dark'] as const) await window.screenshot('name-taken', theme);
    await window.dialog.click('Cancel');
    const api = await bench.api();
    assert.equal((await api.call(stations.list)).data.length, 1);

    const { id } = await api.call(stations.create, { body: { name: 'Other' } });
    await window.tree('Stations').row('Other').menu('Rename Station…');
    await window.quickInput.opened('Rename station Other');
    await window.quickInput.fill('BENCH 1');
    await window.quickInput.accept();
    await window.dialog.click('Use Name');
    await window.tree('Stations').row('BENCH 1').locator.waitFor();
    await api.call(stations.remove, { params: { id } });
    await window.tree('Stations').row('BENCH 1').locator.waitFor({ state: 'detached' });
  });

  it('links a new procedure with the inline action', async () => {
    const window = workbench();
    const row = window.tree('Stations').row('Bench 1');
    await row.action('Link Procedures…');
    await window.quickInput.opened('Create procedure (1/2)');
    await window.quickInput.fill('Functional');
    await window.quickInput.accept();
    await window.quickInput.opened('Create procedure (2/2)');
    await window.quickInput.fill('not an identifier');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /identifier has 1 to 60/));
    await window.quickInput.button('Back');
    await window.quickInput.opened('Create procedure (1/2)');
    assert.equal(await window.quickInput.value(), 'Functional');
    await window.quickInput.fill('Functional verification');
    await window.quickInput.accept();
    await window.quickInput.opened('Create procedure (2/2)');
    assert.equal(await window.quickInput.value(), 'not an identifier');
    await window.quickInput.fill('FVT1');
    await window.quickInput.accept();
    const procedure = window.tree('Stations').row('FVT1');
    await eventually(async () => {
      assert.match(await procedure.spoken(), /Procedure FVT1, Functional verification, linked to Bench 1/);
      assert.match(await row.spoken(), /Station Bench 1, selected, unknown, 1 procedure/);
    });
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('stations', theme);
  });

  it('rotates a key after a dialog with the consequences, and the old key is refused at once', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Generate New Key…');
    await eventually(async () => assert.match(await window.dialog.text(), /stops working at once/));
    for (const theme of ['light', 'dark'] as const) await window.screenshot('rotate-key', theme);
    await window.dialog.click('Generate New Key');
    await window.notification('Bench 1 has a new key').locator.waitFor();
    await assert.rejects(new StationApi(bench.address().url, firstKey).call(stations.getCurrent), {
      kind: 'unauthorized',
    });
    await window.notification('Bench 1 has a new key').close();
  });

  it('shows changes of other clients automatically', async () => {
    const window = workbench();
    const api = await bench.api();
    const { id } = await api.call(stations.create, { body: { name: 'Made elsewhere' } });
    await window.tree('Stations').row('Made elsewhere').locator.waitFor();
    await api.call(stations.remove, { params: { id } });
    await window.tree('Stations').row('Made elsewhere').locator.waitFor({ state: 'detached' });
  });

  it('renames a procedure and changes its identifier in the view', async () => {
    const window = workbench();
    await window.tree('Stations').row('FVT1').menu('Rename Procedure…');
    await window.quickInput.opened('Rename procedure FVT1');
    await window.quickInput.fill('Functional test');
    await window.quickInput.accept();
    await window
      .tree('Stations')
      .row(/FVT1\s*0 runs · Functional test/)
      .locator.waitFor();
    await window.tree('Stations').row('FVT1').menu('Set Procedure Identifier…');
    await window.quickInput.opened('Identifier of Functional test');
    await window.quickInput.fill('FT1');
    await window.quickInput.accept();
    await window.tree('Stations').row('FT1').menu('Rename Procedure…');
    await window.quickInput.opened('Rename procedure FT1');
    await window.quickInput.fill('Functional verification');
    await window.quickInput.accept();
    await window
      .tree('Stations')
      .row(/FT1\s*0 runs · Functional verification/)
      .locator.waitFor();
    await window.tree('Stations').row('FT1').menu('Set Procedure Identifier…');
    await window.quickInput.opened('Identifier of Functional verification');
    await window.quickInput.fill('FVT1');
    await window.quickInput.accept();
    await window.tree('Stations').row('FVT1').locator.waitFor();
  });

  it('copies the key and accepts a pasted key only if it belongs to the station', async () => {
    const window = workbench();
    const { api_key: made } = await (
      await bench.api()
    ).call(local.generateKey, {
      params: { id: await bench.stationId('Bench 1') },
    });
    await window.tree('Stations').row('Bench 1').menu('Paste Key…');
    await window.quickInput.opened('Key of Bench 1');
    await window.quickInput.fill('tss_of-another-station');
    await window.quickInput.accept();
    await window.notification('The server does not know this as the key of Bench 1').close();
    await pasteKey(window, 'Bench 1', made);
    const row = window.tree('Stations').row('Bench 1');
    assert.equal(await window.copied(() => row.menu('Copy Key')), made);
  });

  it('renames the selected station and keeps it selected', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Rename Station…');
    await window.quickInput.opened('Rename station Bench 1');
    await window.quickInput.fill('Bench A');
    await window.quickInput.accept();
    await window.tree('Stations').row('Bench A').locator.waitFor();
    await window.statusBarItem('Bench A').waitFor();
  });

  it('links an existing procedure to a second station from the Command Palette', async () => {
    const window = workbench();
    await createStation(window, 'Bench B');
    await window.notification('Station Bench B is ready').click('Link Procedure');
    await window.quickInput.opened('Link procedures to Bench B');
    await window.quickInput.pick('FVT1');
    await window.quickInput.accept();
    await eventually(async () =>
      assert.deepEqual(
        (await window.tree('Stations').rows()).map((row) => row.replace(/tss_\S+ created .*/, 'tss_… created')),
        [
          'Bench A unknown',
          'FVT1 0 runs · Functional verification',
          'tss_… created',
          'Bench B never connected',
          'FVT1 0 runs · Functional verification',
          'tss_… created',
        ],
      ),
    );
  });

  it('selects another station in the view', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench A').menu('Select Station');
    await window.statusBarItem('Bench A').waitFor();
  });

  it('deletes a key after a confirmation', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench B').menu('Delete Key…');
    await eventually(async () => assert.match(await window.dialog.text(), /nothing can push runs as this station/));
    await window.dialog.click('Delete Key');
    const api = await bench.api();
    await eventually(async () => {
      const station = await api.call(stations.get, { params: { id: await bench.stationId('Bench B') } });
      assert.equal(station.api_key, null);
    });
  });

  it('deletes a procedure after a confirmation that lists what is deleted with it', async () => {
    const window = workbench();
    await window.command('Test Stations: Create Procedure…');
    await window.quickInput.opened('Create procedure (1/2)');
    await window.quickInput.fill('Scrap');
    await window.quickInput.accept();
    await window.quickInput.opened('Create procedure (2/2)');
    await window.quickInput.fill('SCRAP');
    await window.quickInput.accept();
    await window.notification('Procedure SCRAP was created').click('Link to Bench A');
    await window.tree('Stations').row('SCRAP').menu('Delete Procedure…');
    await eventually(async () => assert.match(await window.dialog.text(), /Its 0 runs.*linked to Bench A/));
    await window.dialog.click('Delete Procedure');
    await window.tree('Stations').row('SCRAP').locator.waitFor({ state: 'detached' });
  });

  it('unlinks a procedure after a confirmation', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench B').menu('Remove Station…');
    await eventually(async () => assert.match(await window.dialog.text(), /Its runs remain on the server/));
    await window.dialog.click('Remove Station');
    await window.tree('Stations').row('Bench B').locator.waitFor({ state: 'detached' });
    await window.tree('Stations').row('FVT1').menu('Unlink Procedure…');
    await eventually(async () => assert.match(await window.dialog.text(), /no longer push runs of this procedure/));
    await window.dialog.click('Unlink');
    await window.tree('Stations').row('FVT1').locator.waitFor({ state: 'detached' });
  });

  itSlow('explains what to do in a window without a folder and shows changes of another window', async () => {
    const window = workbench();
    const page = await window.page.context().newPage();
    await page.goto(`${window.server.url}/?ew=true`);
    await page.locator('.part.statusbar .statusbar-item').first().waitFor();
    await page.getByRole('tab', { name: 'Test Stations' }).click();
    const other = page.getByRole('tree', { name: 'Stations' });
    await other.getByRole('treeitem', { name: /Station Bench A/ }).waitFor();
    await page.getByText('Open the folder with your test scripts, or try the samples.').waitFor();
    if (areScreenshotsWanted) await page.screenshot({ path: 'build/screenshots/no-folder-light.png' });
    await window.page.bringToFront(); // the first window: one behind is hardly painted
    await createStation(window, 'Bench C');
    await other.getByRole('treeitem', { name: /Station Bench C/ }).waitFor();
    await window.tree('Stations').row('Bench C').menu('Remove Station…');
    await window.dialog.click('Remove Station');
    await other.getByRole('treeitem', { name: /Station Bench C/ }).waitFor({ state: 'detached' });
    await page.close();
    await isKept(window.page, /"selectedStation":null/);
    await window.command('Test Stations: Select Station');
    await window.quickInput.pick('Bench A');
    await window.statusBarItem('Bench A').waitFor();
    await isKept(window.page, /^(?![\s\S]*"selectedStation":null)/);
  });

  itSlow('shows the same stations after a reload of the window and after the server was killed', async () => {
    const window = workbench();
    const selected = await bench.stationId('Bench A');
    await isKept(window.page, new RegExp(`"selectedStation":\\{"id":"${selected}"`));
    const { pid } = bench.address();
    process.kill(pid, 'SIGKILL');
    await window.reload();
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench A').locator.waitFor();
    await window.statusBarItem('Bench A').waitFor();
    await eventually(() => assert.notEqual(bench.address().pid, pid)); // what was seen last is shown before
  });
});
