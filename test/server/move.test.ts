import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { Client } from 'pg';
import { local } from '../../src/shared/contract/local.ts';
import { type Run, runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { units } from '../../src/shared/contract/units.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

const NUL = '\0';

describe('server.js move', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const back = join(folder, 'back');
  let postgres: TestPostgres;
  let url: string;
  let stationKey: string;

  const move = (data: string, to: string, database = url) =>
    runServerProgram(['move', '--data', data, '--to', to], { TEST_STATIONS_DATABASE_URL: database });
  async function withServer<T>(
    data: string,
    env: NodeJS.ProcessEnv,
    work: (server: TestServer) => Promise<T>,
  ): Promise<T> {
    const server = await startServer(data, env);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }
  async function everythingAt({ url: address }: TestServer): Promise<unknown> {
    const user = new TestClient(address, adminKey);
    const { data } = await user.call(runs.list, { query: { limit: '100' } });
    const details: Run[] = [];
    for (const { id } of data) details.push(await user.call(runs.get, { params: { id } }));
    return JSON.parse(
      JSON.stringify([
        details,
        await user.call(units.list, { query: { limit: '100' } }),
        await user.call(stations.list, { query: {} }),
      ]).replaceAll(/"http[^"]*"/g, '"address"'),
    );
  }
  const push = (server: TestServer, serial_number: string, more: object = {}) =>
    new TestClient(server.url, stationKey).call(runs.create, {
      body: {
        ...{ serial_number, part_number: 'PCBA01', outcome: 'PASS', procedure_id: procedureId },
        ...{ started_at: '2026-01-02T03:04:05Z', ended_at: '2026-01-02T03:04:06Z' },
        ...more,
      },
    });
  let procedureId: string;

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    url = await postgres.createDatabase('moved');
    const env = { TEST_STATIONS_ADMIN_KEY: adminKey };
    await withServer(folder, env, async (server) => {
      const user = new TestClient(server.url, adminKey);
      await user.call(local.createDemoData, { body: { days: 4 } });
      const { data } = await user.call(stations.list, { query: {} });
      const station = data[0] ?? assert.fail();
      procedureId = station.procedures[0]?.id ?? '';
      stationKey = (await user.call(local.generateKey, { params: { id: station.id } })).api_key;
      await push(server, 'SUB-1');
      await push(server, 'SN-1', {
        sub_units: ['SUB-1'],
        docstring: `a${NUL}b`,
        metadata: { text: '7', number: 7.25, yes: true },
        logs: [
          {
            level: 'INFO',
            timestamp: '2026-01-02T03:04:05Z',
            message: `µΩ${NUL}`,
            source_file: 'a.py',
            line_number: 7,
          },
        ],
        phases: [
          {
            ...{ name: 'P', outcome: 'FAIL', started_at: '2026-01-02T03:04:05Z', ended_at: '2026-01-02T03:04:06Z' },
            measurements: [
              { name: 'v', outcome: 'FAIL', measured_value: 1e-300, units: 'V', lower_limit: 1 },
              { name: 't', outcome: 'PASS', measured_value: `x${NUL}y` },
              { name: 'c', outcome: 'PASS', x_axis: { data: [0, 1] }, y_axis: [{ data: [0.1, 5e300] }] },
            ],
          },
        ],
      });
    });
  });

  it('refuses a folder whose server is running, and a folder without data', async () => {
    await withServer(folder, {}, async () => {
      const { code, stderr } = await move(folder, 'postgres');
      assert.notEqual(code, 0);
      assert.match(stderr, /in use by another station server/);
    });
    assert.match((await move(join(folder, 'nothing'), 'postgres')).stderr, /There is no data of a station server/);
  });

  it('copies a folder to PostgreSQL and back, where a server answers the same', async () => {
    const original = await withServer(folder, {}, everythingAt);
    const there = await move(folder, 'postgres');
    assert.equal(there.code, 0, there.stderr);
    assert.match(there.stdout, /^Copied and compared \d+ rows of \d+ tables, with \d{3,} runs\.$/m);
    const withoutNul = JSON.parse(JSON.stringify(original).replaceAll('\\u0000', '\uFFFD')) as unknown;
    await withServer(folder, { TEST_STATIONS_DATABASE_URL: url }, async (server) => {
      assert.deepEqual(await everythingAt(server), withoutNul);
      // New rows get new keys, and triggers work again.
      await push(server, 'AFTER-1');
      const { data } = await new TestClient(server.url, adminKey).call(units.list, {
        query: { search_query: 'AFTER-1' },
      });
      assert.equal(data[0]?.last_run?.outcome, 'PASS');
      const refused = await move(back, 'folder');
      assert.match(refused.stderr, /A station server is running on the PostgreSQL database/);
    });
    const again = await move(folder, 'postgres');
    assert.match(again.stderr, /has these data already/);
    const moved = await withServer(folder, { TEST_STATIONS_DATABASE_URL: url }, everythingAt);
    const home = await move(back, 'folder');
    assert.equal(home.code, 0, home.stderr);
    await withServer(back, {}, async (server) => {
      assert.deepEqual(await everythingAt(server), moved);
      await push(server, 'AFTER-2');
      const { data } = await new TestClient(server.url, adminKey).call(units.list, {
        query: { search_query: 'AFTER-' },
      });
      assert.equal(data.length, 2);
    });
    assert.equal((await runServerProgram(['check', '--data', back])).stdout, '');
    assert.match((await move(back, 'folder')).stderr, /stations\.db exists already/);
  });

  it('leaves the database empty when it is interrupted, and refuses one with other data', async () => {
    const other = await postgres.createDatabase('interrupted');
    const watcher = new Client({ connectionString: other });
    await watcher.connect();
    const running = move(folder, 'postgres', other);
    try {
      // The connection of the move ends when it has begun to insert runs.
      for (let ended = 0; ended === 0;) {
        const { rowCount } = await watcher.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'interrupted' and query like 'insert into \"runs\"%' and pid <> pg_backend_pid()",
        );
        ended = rowCount ?? 0;
      }
      const { code } = await running;
      assert.notEqual(code, 0);
      const { rows } = await watcher.query<{ count: string }>('select count(*) as count from stations');
      assert.equal(Number(rows[0]?.count), 0);
    } finally {
      await watcher.end();
    }
    const repeated = await move(folder, 'postgres', other);
    assert.equal(repeated.code, 0, repeated.stderr);
    const foreign = join(folder, 'foreign');
    await runServerProgram(['new-user-key', '--data', foreign]);
    assert.match((await move(foreign, 'postgres', other)).stderr, /is not empty: it has rows in/);
  });
});
