import assert from 'node:assert/strict';
import { after, before, it } from 'mocha';
import { Client } from 'pg';
import * as z from 'zod';
import { rowId } from '../../src/server/store/ids.ts';
import { phases } from '../../src/shared/contract/explorer.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { users } from '../../src/shared/contract/users.ts';
import { fillPostgres } from '../bench/fillPostgres.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { describeSlow } from '../support/slow.ts';
import { adminKey } from './bench.ts';
import { filtersOfRuns, orders, plainQuery } from './manyRunsQueries.ts';
import { TestClient } from './requests.ts';
import { startServer, temporaryFolder, type TestServer } from './support.ts';

/** Whatever way the server finds them, it must find what the plainest query finds. In SQLite, `npm test` shows it. */
describeSlow('the list of many runs in PostgreSQL', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const count = Number(process.env['POSTGRES_RUNS'] ?? 1500);
  let postgres: TestPostgres;
  let client: Client;
  let server: TestServer;
  let user: TestClient;
  let filters: [Record<string, string>, string][];

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    const url = await postgres.createDatabase('many');
    const start = async (): Promise<void> => {
      server = await startServer(folder, { TEST_STATIONS_ADMIN_KEY: adminKey, TEST_STATIONS_DATABASE_URL: url });
      user = new TestClient(server.url, adminKey);
    };
    await start();
    const ids: string[] = [];
    for (const name of ['First', 'Second']) ids.push((await user.call(procedures.create, { body: { name } })).id);
    const userId = (await user.call(users.list))[0]?.id ?? '';
    await server.stop();
    await fillPostgres(url, count, { procedures: ids, user: userId });
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`insert into failed_measurements (name, started_at, run_key)
      select 'often', started_at, key from runs where key % 2 = 0`);
    await client.query('update units set last_run_at = null where key % 3 = 0');
    await client.query('update units set last_procedure_id = null, last_run_id = null where key % 5 = 0');
    await start();
    filters = filtersOfRuns(count, ids[0] ?? '', userId);
  });
  after(async () => {
    if (!hasPostgres) return;
    await client.end();
    await server.stop();
  });

  const idsOf = async (query: string): Promise<string[]> =>
    z
      .array(z.object({ id: z.string() }))
      .parse((await client.query(query)).rows)
      .map(({ id }) => id);
  const idsIn = (page: { data: readonly { id: string }[] }): string[] => page.data.map(({ id }) => id);

  for (const [sort_by, by] of Object.entries(orders)) {
    it(`equals the result of a plain query, sorted by ${sort_by}`, async () => {
      for (const [filter, where] of filters) {
        for (const sort_order of ['asc', 'desc']) {
          for (const cursor of [0, 40]) {
            const query = { ...filter, sort_by, sort_order, limit: '20', cursor: String(cursor) };
            assert.deepEqual(
              idsIn(await user.call(runs.list, { query })),
              await idsOf(plainQuery(where, by, sort_order, `limit 20 offset ${cursor}`)),
              JSON.stringify(query),
            );
          }
        }
      }
    });
  }

  for (const [sort_by, column] of Object.entries({
    serial_number: 'u.serial_key',
    created_at: 'u.created_at',
    last_run_at: 'u.last_run_at',
    part_number: 'p.number_key',
    last_run_procedure: 'last.name_key',
  })) {
    it(`has units in the order of a plain query, sorted by ${sort_by}`, async () => {
      for (const [sort_order, order] of [
        ['asc', 'asc nulls first'],
        ['desc', 'desc nulls last'],
      ] as const) {
        for (const cursor of [0, 40, 490, 740, 1200, 2000]) {
          const query = { sort_by, sort_order, limit: '20', cursor: String(cursor) };
          assert.deepEqual(
            idsIn(await user.call(units.list, { query })),
            await idsOf(`
              select u.id from units as u join revisions as rev on rev.id = u.revision_id join parts as p on p.id = rev.part_id
              left join procedures as last on last.id = u.last_procedure_id
              order by ${column} ${order}, u.key ${sort_order} limit 20 offset ${cursor}`),
            JSON.stringify(query),
          );
        }
      }
    });
  }

  it('finds units by a part of the serial number or of the part, as a plain query does', async () => {
    for (const search of ['sn-123', 'SN-', '12', 'pcba-3', 'nowhere', '7', 'cba']) {
      assert.deepEqual(
        idsIn(await user.call(units.list, { query: { search_query: search, limit: '30', cursor: '5' } })),
        await idsOf(`
          select u.id from units as u join revisions as rev on rev.id = u.revision_id join parts as p on p.id = rev.part_id
          where u.serial_key like '%' || lower('${search}') || '%' or p.number_key like '%' || lower('${search}') || '%'
          order by u.created_at desc, u.key desc limit 30 offset 5`),
        search,
      );
    }
  });

  it('has the phases of a procedure in the order of their durations', async () => {
    const procedure_id = filters[4]?.[0]['procedure_ids'] ?? '';
    for (const sort_order of ['asc', 'desc'] as const) {
      const query = { procedure_id, sort_by: 'duration', sort_order, limit: '30', cursor: '5' } as const;
      assert.deepEqual(
        (await user.call(phases.list, { query })).data.map(({ id }) => id),
        (
          await idsOf(`
          select p.key::text as id from phases as p join runs as r on r.key = p.run_key
          where r.procedure_id = '${procedure_id}'
          order by p.ended_at - p.started_at ${sort_order}, p.key ${sort_order} limit 30 offset 5`)
        ).map((key) => rowId('phase', Number(key))),
        sort_order,
      );
    }
  });

  it('finds the runs of reference units, as a plain query does', async () => {
    await client.query("update units set sample = 'golden' where key % 500 = 7");
    for (const samples of [['golden'], ['golden', 'failing'], ['failing'], ['production'], ['golden', 'production']]) {
      assert.deepEqual(
        idsIn(await user.call(runs.list, { query: { samples, limit: '30' } })),
        await idsOf(`
          select r.id from runs as r join units as u on u.id = r.unit_id
          where coalesce(u.sample, 'production') in (${samples.map((sample) => `'${sample}'`).join()})
          order by r.started_at desc, r.key desc limit 30`),
        samples.join(),
      );
    }
  });
});
