import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { local, serverExit } from '../../src/shared/contract/local.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { runAt } from './runs.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

describe('the days that yields are counted by', function () {
  this.timeout(60_000);
  let server: TestServer | undefined;
  afterEach(() => server?.kill());

  async function start(env: NodeJS.ProcessEnv, ...args: string[]): Promise<TestClient> {
    server = await startServer(temporaryFolder(), { ...env, TEST_STATIONS_ADMIN_KEY: adminKey }, args);
    return new TestClient(server.url, adminKey);
  }

  async function stationOf(user: TestClient) {
    const { id: procedure } = await user.call(procedures.create, { body: { name: 'FVT' } });
    const { id } = await user.call(stations.create, { body: { name: 'Bench' } });
    await user.call(local.linkProcedure, { params: { id, procedure_id: procedure } });
    const { api_key } = await user.call(local.generateKey, { params: { id } });
    return { id, procedure, client: new TestClient(server?.url ?? '', api_key) };
  }

  it('are those of the configured time zone for every client', async () => {
    const user = await start({ TZ: 'America/New_York' }, '--time-zone', 'Asia/Tokyo');
    const { id, procedure, client } = await stationOf(user);
    assert.equal((await user.call(overview.get, { params: { id } })).time_zone, 'Asia/Tokyo');
    // 23:30 and 00:30 in Tokyo: two days there, one day in UTC and in New York.
    const midnight = Date.parse('2026-05-05T00:00:00+09:00');
    await client.call(runs.create, { body: runAt(procedure, 'SN-1', 'FAIL', midnight - 1_800_000) });
    await client.call(runs.create, { body: runAt(procedure, 'SN-1', 'PASS', midnight + 1_800_000) });
    for (const time_zone of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
      const of = async (date: string) => {
        const day = await user.call(uptime.day, { params: { id, date }, query: { time_zone } });
        assert.equal(day.yield_time_zone, 'Asia/Tokyo');
        return [day.yield.units, day.yield.passed_first];
      };
      assert.deepEqual(
        [await of('2026-05-04'), await of('2026-05-05'), await of('2026-05-06')],
        [
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      );
    }
  });

  it('are those of the machine by default, and of UTC if the machine has no time zone', async () => {
    for (const [TZ, zone] of [
      ['Europe/Berlin', 'Europe/Berlin'],
      ['Nowhere/Land', 'UTC'],
    ] as const) {
      const user = await start({ TZ });
      const { id } = await stationOf(user);
      assert.equal((await user.call(overview.get, { params: { id } })).time_zone, zone);
      await server?.kill();
    }
  });

  it('are refused at the start if there is no such time zone', async () => {
    const { code, stderr } = await runServerProgram(['--data', temporaryFolder(), '--time-zone', 'Mars/Olympus']);
    assert.equal(code, serverExit.usage);
    assert.match(stderr, /^--time-zone must be a name such as Europe\/Berlin and is "Mars\/Olympus"\./);
  });
});
