import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { overview } from '../../src/shared/contract/overview.ts';
import { stationGroups } from '../../src/shared/contract/stationGroups.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

describe('the groups of the Stations view', function () {
  const { bench, workbench } = useSharedBench();
  const tree = () => workbench().tree('Stations');
  const ids = new Map<string, string>();
  const groupOf = async (name: string): Promise<string | null> => {
    const { data } = await (await bench.api()).call(overview.list, { query: { limit: 100 } });
    return (data.find((station) => station.name === name) ?? assert.fail(`no ${name}`)).group;
  };
  const setGroup = async (names: readonly string[], group: string | null): Promise<void> => {
    const station_ids = names.map((name) => ids.get(name) ?? assert.fail(name));
    await (await bench.api()).call(stationGroups.set, { body: { station_ids, group } });
  };
  const expanded = (label: string) => tree().row(label).locator.getAttribute('aria-expanded');

  before(async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    ids.set('Bench 1', await bench.stationId('Bench 1'));
    for (const name of ['Bench 2', 'Bench 3', 'Burn-in 10', 'Burn-in 9']) {
      ids.set(name, (await (await bench.api()).call(stations.create, { body: { name } })).id);
    }
    await tree().row('Burn-in 10').locator.waitFor();
  });

  it('do not exist until a station has one, which a person sets', async () => {
    const window = workbench();
    const rows = await tree().rows();
    assert.deepEqual(
      rows.filter((row) => row.startsWith('B')).map((row) => row.replace(' never connected', '')),
      ['Bench 1', 'Bench 2', 'Bench 3', 'Burn-in 9', 'Burn-in 10'],
    );
    await tree().row('Burn-in 9').menu('Set Group…');
    await window.quickInput.opened('Set group of station Burn-in 9');
    await window.quickInput.fill('a / b / c / d / e');
    await window.quickInput.row('A group has up to 4 levels, separated by slashes.').waitFor();
    await window.quickInput.fill('Plant 2/Burn-in room');
    await window.quickInput.pick('New group “Plant 2 / Burn-in room”');
    await tree().row('Burn-in room').locator.waitFor();
    assert.equal(await groupOf('Burn-in 9'), 'Plant 2 / Burn-in room');
    assert.match(await tree().row('Plant 2').spoken(), /^Group Plant 2, 1 station/);
  });

  it('are set for all selected stations, with the groups in use as suggestions', async () => {
    const window = workbench();
    await tree().row('Bench 2').click();
    await tree()
      .row('Bench 3')
      .locator.click({ modifiers: ['ControlOrMeta'] });
    await tree().row('Bench 3').menu('Set Group…');
    await window.quickInput.opened('Set group of 2 stations');
    await window.quickInput.row('Plant 2 / Burn-in room').waitFor();
    await window.screenshot('groups-set', 'light');
    await window.quickInput.fill('plant 2 / Line 4');
    await window.quickInput.pick('New group “Plant 2 / Line 4”');
    await tree().row('Line 4').locator.waitFor();
    assert.equal(await groupOf('Bench 2'), 'Plant 2 / Line 4');
    assert.equal(await groupOf('Bench 3'), 'Plant 2 / Line 4');
    await tree()
      .row(/Plant 2\s*3 stations/)
      .locator.waitFor();
    await tree().row('Bench 1').click(); // The menus of several selected rows have fewer items.
  });

  itSlow('show what other windows set, and stay collapsed when the window is loaded again', async () => {
    const window = workbench();
    await tree().row('Line 4').collapse();
    await setGroup(['Burn-in 10'], 'Plant 2 / Burn-in room');
    await tree()
      .row(/Burn-in room\s*2 stations/)
      .locator.waitFor();
    assert.equal(await expanded('Line 4'), 'false');
    await window.reload();
    await window.openContainer('Test Stations');
    await tree().row('Line 4').locator.waitFor();
    assert.equal(await expanded('Line 4'), 'false');
    assert.equal(await expanded('Burn-in room'), 'true');
    await tree().row('Burn-in 9').locator.waitFor();
    await tree().row('Bench 2').locator.waitFor({ state: 'detached' });
  });

  it('are renamed with all stations in them', async () => {
    const window = workbench();
    await tree().row('Plant 2').menu('Set Group…');
    await window.quickInput.opened('Set group of all stations in Plant 2');
    await window.quickInput.fill('Plant 3');
    await window.quickInput.pick('New group “Plant 3”');
    await tree().row('Plant 3').locator.waitFor();
    await eventually(async () => assert.equal(await groupOf('Bench 3'), 'Plant 3 / Line 4'));
    assert.equal(await groupOf('Burn-in 9'), 'Plant 3 / Burn-in room');
    await tree().row('Plant 2').locator.waitFor({ state: 'detached' });
    await window.screenshots('groups');
  });

  it('disappear with the group of the last station', async () => {
    await setGroup(['Bench 2', 'Bench 3', 'Burn-in 9', 'Burn-in 10'], null);
    await tree().row('Plant 3').locator.waitFor({ state: 'detached' });
    await tree().row('Burn-in 10').locator.waitFor();
  });
});
