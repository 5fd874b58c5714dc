import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { useServer } from './bench.ts';
import { TestClient } from './requests.ts';

describe('keys', function () {
  this.timeout(60_000);
  const bench = useServer();
  const prefixOf = async (id: string) => (await bench.user.call(stations.get, { params: { id } })).api_key;

  it('shows a station key once, and later only its prefix', async () => {
    const { id } = await bench.user.call(stations.create, { body: { name: 'Shown' } });
    const { api_key, prefix } = await bench.user.call(local.generateKey, { params: { id } });
    assert.match(api_key, /^tss_[\w-]{43}$/);
    assert.equal(prefix, api_key.slice(0, 8));
    assert.equal(await prefixOf(id), `${prefix}…`);
    const own = await new TestClient(bench.server.url, api_key).call(stations.getCurrent);
    assert.equal(own.id, id);
  });

  it('refuses a replaced key from the next request on', async () => {
    const station = await bench.station('Rotated');
    assert.equal((await station.client.send(stations.getCurrent)).status, 200);
    const { api_key } = await bench.user.call(local.generateKey, { params: { id: station.id } });
    const old = await station.client.send(stations.getCurrent);
    assert.equal(old.status, 401);
    assert.match(old.text, /replaced or deleted/);
    assert.equal((await new TestClient(bench.server.url, api_key).send(stations.getCurrent)).status, 200);
  });

  it('keeps one key for each station when many are generated at once', async () => {
    const { id } = await bench.user.call(stations.create, { body: { name: 'One key' } });
    const made = await Promise.all(
      Array.from({ length: 8 }, () => bench.user.call(local.generateKey, { params: { id } })),
    );
    const statuses = await Promise.all(
      made.map(
        async ({ api_key }) => (await new TestClient(bench.server.url, api_key).send(stations.getCurrent)).status,
      ),
    );
    assert.deepEqual(statuses.sort(), [200, ...Array.from({ length: 7 }, () => 401)]);
  });

  it('refuses a deleted key', async () => {
    const station = await bench.station('Deleted');
    await bench.user.call(local.deleteKey, { params: { id: station.id } });
    assert.equal((await station.client.send(stations.getCurrent)).status, 401);
    assert.equal(await prefixOf(station.id), null);
    const again = await bench.user.send(local.deleteKey, { params: { id: station.id } });
    assert.equal(again.status, 404);
    assert.match(again.text, /\\"Deleted\\" has no API key/);
  });

  it('lets a station key read its station and all procedures, but no other station', async () => {
    const procedure = await bench.procedure('Not linked');
    const other = await bench.station('Other');
    const station = await bench.station('Reader');
    assert.equal((await station.client.call(stations.get, { params: { id: station.id } })).name, 'Reader');
    const refused = await station.client.send(stations.get, { params: { id: other.id } });
    assert.equal(refused.status, 404, refused.text);
    assert.doesNotMatch(refused.text, /Other/);
    assert.equal((await station.client.call(procedures.get, { params: { id: procedure } })).name, 'Not linked');
  });
});
