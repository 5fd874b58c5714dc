import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { stationGroups } from '../../src/shared/contract/stationGroups.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { stationUses } from '../../src/shared/contract/stationUse.ts';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const runCommand = 'Test Stations: Run Procedure on Station';

/** The window has the user of this machine; Ada has a window elsewhere, of which the server hears. */
describe('a station that two users want', function () {
  const { bench, workbench } = useSharedBench();
  const tree = () => workbench().tree('Stations');
  const adasWindow = randomUUID();
  let ada: StationApi;
  let id = '';
  const report = (wants: 'station' | 'start' | 'running', test = '') =>
    ada.call(stationUses.report, {
      params: { id, window_id: adasWindow },
      body: { machine: 'Bench-PC-3', wants, test },
    });
  const useNow = async () => (await ada.call(overview.get, { params: { id } })).use;
  const users = async () => ((await useNow())?.windows ?? []).map(({ user_name }) => user_name);

  before(async () => {
    const window = workbench();
    bench.script('board.py');
    await createStation(window, 'Bench 4');
    await window.notification('Station Bench 4 is ready').close();
    await bench.linkedProcedure('Bench 4', 'FVT1');
    id = await bench.stationId('Bench 4');
    const api = await bench.api();
    const other = await api.call(stations.create, { body: { name: 'Bench 5' } });
    const body = { name: 'Ada Byron', email: 'ada@lab.example', role: 'engineer' as const };
    const { link } = await api.call(accounts.create, { body });
    const { url } = bench.address();
    const token = readInvitation(link)?.token ?? assert.fail(link);
    ada = new StationApi(
      url,
      (await new StationApi(url, '').call(accounts.acceptInvitation, { body: { token } })).api_key,
    );
    await api.call(stationGroups.set, { body: { station_ids: [id, other.id], group: 'Plant 5 / Line 8' } });
    await window.openContainer('Test Stations');
    await tree().row('Bench 4').locator.waitFor();
    await eventually(async () => assert.deepEqual(await users(), ['Local user']));
  });

  it('is taken over by another user, of which the window hears once, and its next run asks', async () => {
    const window = workbench();
    const { refused, use } = await report('station');
    assert.equal(refused, 'taken');
    const version = use?.version ?? assert.fail();
    const params = { id, window_id: adasWindow };
    await ada.call(stationUses.takeOver, { params, body: { version, from: ['Local user'] } });
    await report('station');
    const told = window.notification(/^Ada Byron.* took over Bench 4\. Before your next run there, you are asked\.$/);
    await told.locator.waitFor();
    await window.screenshot('use-taken', 'light');
    await told.close();
    await tree()
      .row(/Bench 4\s*Ada Byron since/)
      .locator.waitFor();
    await tree()
      .row(/Line 8\s*1 in use/)
      .locator.waitFor();
    await eventually(async () =>
      assert.match(await tree().row('Bench 4').spoken(), /in use by Ada Byron \(Bench-PC-3\)/),
    );

    await window.openFile('board.py');
    await window.command(runCommand);
    await eventually(async () => assert.match(await window.dialog.text(), /Take over Bench 4\?/));
    assert.match(
      await window.dialog.text(),
      /Ada Byron \(Bench-PC-3\) has used Bench 4 since .+\..*Ada Byron is notified/s,
    );
    await window.screenshots('use-question');
    await window.dialog.click('Cancel');
    assert.deepEqual(await users(), ['Ada Byron']);
    assert.deepEqual(await bench.runs(), []);
  });

  it('is asked for when it is selected, and can be looked at without taking it over', async () => {
    const window = workbench();
    const select = async (): Promise<void> => {
      await window.command('Test Stations: Select Station');
      await window.quickInput.opened('Select the station that scripts run on');
      await window.quickInput.pick('Bench 4');
    };
    await select();
    await eventually(async () => assert.deepEqual((await window.dialog.buttons()).sort(), ['Cancel', 'Only Look', 'Take Over'])); // prettier-ignore
    await window.dialog.click('Only Look');
    assert.deepEqual(await users(), ['Ada Byron']);
    await select();
    await window.dialog.click('Take Over');
    await eventually(async () => assert.deepEqual(await users(), ['Local user']));
    assert.equal((await report('station')).refused, 'taken');
  });

  itSlow('lets a running test of the other user end before the next one starts', async () => {
    const window = workbench();
    const { use } = await report('station');
    const version = use?.version ?? assert.fail();
    await ada.call(stationUses.takeOver, {
      params: { id, window_id: adasWindow },
      body: { version, from: ['Local user'] },
    });
    await window.notification(/^Ada Byron.* took over Bench 4/).close();
    assert.equal((await report('start', 'Final Test')).refused, null);
    await tree()
      .row(/Bench 4\s*Ada Byron, running Final Test since/)
      .locator.waitFor();
    assert.match(await tree().row('Bench 4').spoken(), /in use by Ada Byron \(Bench-PC-3\), running Final Test since/);
    await window.screenshots('use-tree');
    // Narrow and wide, by the border of the side bar.
    const sash = async (from: number, to: number): Promise<void> => {
      await window.page.mouse.move(from, 300);
      await window.page.mouse.down();
      await window.page.mouse.move(to, 300, { steps: 5 });
      await window.page.mouse.up();
      await window.page.mouse.move(900, 300);
    };
    await sash(350, 560);
    await window.screenshot('use-tree-wide', 'dark');
    await sash(560, 240);
    await window.screenshot('use-tree-narrow', 'light');
    await sash(240, 350);
    await window.openFile('board.py');
    await window.command(runCommand);
    await eventually(async () => assert.match(await window.dialog.text(), /has been running Final Test on Bench 4/));
    await window.dialog.click('Take Over');
    await eventually(async () =>
      assert.match(await window.dialog.text(), /Take over Bench 4 while Final Test is running\?.*runs to its end/s),
    );
    await window.screenshots('use-question-running');
    await window.dialog.click('Take Over After Test');
    const waits = window.notification(/^board\.py waits\. Ada Byron .*has been running Final Test/);
    await waits.locator.waitFor();
    await window.screenshot('use-waits', 'light');
    await report('running', 'Final Test');
    const now = (await useNow())?.windows ?? [];
    assert.deepEqual(
      now.map((each) => [each.user_name, each.has_station, each.test?.name ?? null]),
      [
        ['Ada Byron', false, 'Final Test'],
        ['Local user', true, null],
      ],
    );
    assert.deepEqual(await bench.runs(), []);
    assert.equal((await report('station')).refused, 'taken');
    await eventually(async () => assert.equal((await bench.runs()).length, 1));
    await eventually(async () => assert.deepEqual((await useNow())?.windows.map(({ test }) => test), [null])); // prettier-ignore
    assert.deepEqual(await users(), ['Local user']);
  });
});
