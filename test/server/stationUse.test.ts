import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { audit } from '../../src/shared/contract/audit.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import type { Role } from '../../src/shared/contract/operation.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { stationUses } from '../../src/shared/contract/stationUse.ts';
import { useServer } from './bench.ts';
import { listenTo } from './eventClient.ts';
import { TestClient } from './requests.ts';

interface Person {
  readonly client: TestClient;
  readonly key: string;
  readonly window: string;
}

describe('who uses a station', function () {
  this.timeout(60_000);
  const bench = useServer();
  const invited = async (name: string, role: Role = 'engineer'): Promise<Person> => {
    const body = { name, email: `${name.toLowerCase()}@lab.example`, role };
    const { link } = await bench.user.call(accounts.create, { body });
    const token = readInvitation(link)?.token ?? assert.fail(link);
    const { api_key: key } = await new TestClient(bench.server.url, '').call(accounts.acceptInvitation, {
      body: { token },
    });
    return { client: new TestClient(bench.server.url, key), key, window: randomUUID() };
  };
  let ada: Person;
  let bob: Person;
  before(async () => {
    ada = await invited('Ada');
    bob = await invited('Bob');
  });
  const report = ({ client, window }: Person, id: string, wants: string, test = '') =>
    client.call(stationUses.report, {
      params: { id, window_id: window },
      body: { machine: 'Bench-PC-3', wants: wants as 'station', test },
    });
  const takeOver = ({ client, window }: Person, id: string, version: number, from: string[]) =>
    client.send(stationUses.takeOver, { params: { id, window_id: window }, body: { version, from } });
  const useOf = async (id: string) => (await bob.client.call(overview.get, { params: { id } })).use;

  it('is in the overview of the station with the test, for every user, and is reported as a change', async () => {
    const { id } = await bench.station('Shown');
    assert.equal(await useOf(id), null);
    const events = await listenTo(bench.server.url, bob.key);
    assert.equal((await events.next())?.event, 'hello');
    assert.equal((await report(ada, id, 'start', 'Final Test')).refused, null);
    assert.deepEqual(await events.kinds(1), ['presence.updated']);
    const [shown] = (await useOf(id))?.windows ?? [];
    assert.deepEqual(
      [shown?.user_name, shown?.machine, shown?.has_station, shown?.test?.name],
      ['Ada', 'Bench-PC-3', true, 'Final Test'],
    );
    assert.ok(Math.abs(Date.now() - Date.parse(shown?.test?.since ?? '')) < 60_000);
    await ada.client.call(stationUses.end, { params: { id, window_id: ada.window } });
    assert.deepEqual(await events.kinds(1), ['presence.updated']);
    assert.equal(await useOf(id), null);
    await events.close();
  });

  it('is taken over by exactly one of two users who ask at the same moment, and the audit log has both', async () => {
    const eve = await invited('Eve');
    for (let round = 0; round < 5; round += 1) {
      const { id } = await bench.station(`Wanted ${round}`);
      await report(ada, id, 'station');
      const { refused, use } = await report(bob, id, 'station');
      assert.equal(refused, 'taken');
      const version = use?.version ?? assert.fail();
      const answers = await Promise.all([takeOver(bob, id, version, ['Ada']), takeOver(eve, id, version, ['Ada'])]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      const winner = answers[0].status === 200 ? 'Bob' : 'Eve';
      assert.deepEqual((await useOf(id))?.windows.map(({ user_name }) => user_name), [winner]); // prettier-ignore
      const { data } = await bench.user.call(audit.list, {
        query: { operation: 'local.stations.takeOver', limit: '2' },
      });
      assert.deepEqual(data.map(({ outcome }) => outcome).sort(), ['done', 'refused']);
      const done = data.find(({ outcome }) => outcome === 'done');
      assert.deepEqual([done?.user_name, done?.target_id], [winner, id]);
      assert.match(done?.input ?? '', /"from":\["Ada"\]/);
    }
  });

  it('is not taken over from another user than the one who was seen, so that the audit log is right', async () => {
    const { id } = await bench.station('Named');
    await report(ada, id, 'station');
    const version = (await useOf(id))?.version ?? assert.fail();
    assert.equal((await takeOver(bob, id, version, ['Eve'])).status, 409);
    assert.equal((await takeOver(bob, id, version, [])).status, 409);
    assert.equal((await takeOver(bob, id, version, ['Ada'])).status, 200);
    assert.equal((await report(ada, id, 'station')).refused, 'taken');
  });

  it('leaves the test of another user running, and starts no second one', async () => {
    const { id } = await bench.station('Running');
    await report(ada, id, 'start', 'Final Test');
    const { version } = (await useOf(id)) ?? assert.fail();
    assert.equal((await takeOver(bob, id, version, ['Ada'])).status, 200);
    assert.equal((await report(bob, id, 'start', 'Other Test')).refused, 'running');
    assert.equal((await report(ada, id, 'running', 'Final Test')).refused, null);
    assert.equal((await report(ada, id, 'station')).refused, 'taken');
    assert.equal((await report(bob, id, 'start', 'Other Test')).refused, null);
  });

  it('is no matter of viewers and stations, and ends with the station', async () => {
    const viewer = await invited('Vera', 'viewer');
    const station = await bench.station('Ended');
    const { id } = station;
    const body = { machine: 'PC', wants: 'station' as const };
    const params = { id, window_id: viewer.window };
    assert.equal((await viewer.client.send(stationUses.report, { params, body })).status, 403);
    assert.equal((await station.client.send(stationUses.report, { params, body })).status, 403);
    await report(ada, id, 'station');
    await bench.user.call(stations.remove, { params: { id } });
    const gone = { params: { id, window_id: ada.window }, body };
    assert.equal((await ada.client.send(stationUses.report, gone)).status, 404);
  });

  it('is stored nowhere, and known again after a restart when the windows report', async () => {
    const { id } = await bench.station('Restarted');
    const secret = 'Host-of-this-test-alone';
    const body = { machine: secret, wants: 'station' as const };
    const params = { id, window_id: ada.window };
    await ada.client.call(stationUses.report, { params, body });
    assert.equal((await useOf(id))?.windows[0]?.machine, secret);
    await bench.restart((server) => server.stop());
    for (const file of readdirSync(bench.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const text = readFileSync(join(file.parentPath, file.name), 'latin1');
      assert.ok(!text.includes(secret), file.name);
    }
    const later = new TestClient(bench.server.url, ada.key);
    const read = async () => (await later.call(overview.get, { params: { id } })).use;
    assert.equal(await read(), null);
    await later.call(stationUses.report, { params, body });
    assert.equal((await read())?.windows[0]?.user_name, 'Ada');
  });
});
