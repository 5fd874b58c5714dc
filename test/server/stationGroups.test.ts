import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import { audit } from '../../src/shared/contract/audit.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { maxGroupedStations, stationGroups } from '../../src/shared/contract/stationGroups.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { adminKey, useServer } from './bench.ts';
import { listenTo } from './eventClient.ts';

describe('the groups of stations', function () {
  this.timeout(60_000);
  const bench = useServer();
  const set = (station_ids: readonly string[], group: unknown) =>
    bench.user.send(stationGroups.set, { body: { station_ids, group } });
  const groupOf = async (id: string) => (await bench.user.call(overview.get, { params: { id } })).group;

  it('are set for several stations at once, reported as changes, and in the audit log', async () => {
    const first = await bench.station('First');
    const second = await bench.station('Second');
    const third = await bench.station('Third');
    const events = await listenTo(bench.server.url, adminKey);
    assert.equal((await events.next())?.event, 'hello');
    assert.equal((await set([first.id, second.id], '  Plant 2/Line 4 ')).status, 200);
    assert.deepEqual(await events.kinds(2), ['station.updated', 'station.updated']);
    await events.close();
    assert.equal(await groupOf(first.id), 'Plant 2 / Line 4');
    const { data } = await bench.user.call(overview.list, { query: { limit: '100' } });
    assert.deepEqual(
      data.filter(({ id }) => [first.id, second.id, third.id].includes(id)).map(({ name, group }) => [name, group]),
      [
        ['First', 'Plant 2 / Line 4'],
        ['Second', 'Plant 2 / Line 4'],
        ['Third', null],
      ],
    );
    const several = await bench.user.call(overview.several, { query: { ids: [second.id], figures_of: [] } });
    assert.equal(several.data[0]?.group, 'Plant 2 / Line 4');
    const [entry] = (await bench.user.call(audit.list, { query: { limit: '1' } })).data;
    assert.equal(entry?.operation, 'local.stations.setGroup');
    assert.match(entry.input, new RegExp(`${first.id}.*${second.id}.*Plant 2 / Line 4`));
  });

  it('stay when a station gets another name, and end when they are set to none', async () => {
    const { id } = await bench.station('Renamed');
    await set([id], 'Hall');
    await bench.user.call(stations.update, { params: { id }, body: { name: 'Renamed again' } });
    assert.equal(await groupOf(id), 'Hall');
    assert.equal((await set([id], null)).status, 200);
    assert.equal(await groupOf(id), null);
  });

  it('are set for all stations of a call or for none', async () => {
    const { id } = await bench.station('Whole');
    assert.equal((await set([id, randomUUID()], 'Hall')).status, 404);
    assert.equal(await groupOf(id), null);
  });

  it('have one to four levels of up to 40 characters, and up to 400 stations in a call', async () => {
    const { id } = await bench.station('Levels');
    for (const group of ['', ' / / ', 'a/b/c/d/e', 'x'.repeat(41), 7]) {
      assert.equal((await set([id], group)).status, 400, String(group));
    }
    assert.equal((await set([], 'Hall')).status, 400);
    const tooMany = Array.from({ length: maxGroupedStations + 1 }, () => randomUUID());
    assert.equal((await set(tooMany, 'Hall')).status, 400);
    assert.equal((await set([id], `a/b/c/${'x'.repeat(40)}`)).status, 200);
  });
});
