import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import { stationYields } from '../../src/server/store/yield.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { users } from '../../src/shared/contract/users.ts';
import { fillWithRuns } from '../bench/fill.ts';
import { useServer } from './bench.ts';
import { filtersOfRuns, orders, plainQuery } from './manyRunsQueries.ts';
import { temporaryFolder } from './support.ts';

/** Returns the last query that a function of the store asks. */
async function queryOf(ask: (store: Store) => Promise<unknown>): Promise<string> {
  const { store } = openStore(join(temporaryFolder(), 'stations.db'));
  let query = '';
  await ask(
    store.withPlugin({
      transformQuery({ node, queryId }) {
        query = store.getExecutor().compileQuery(node, queryId).sql;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    }),
  );
  await store.destroy();
  return query;
}

/** Whatever way the server finds them, it must find what the plainest query finds. */
describe('the list of many runs', function () {
  this.timeout(120_000);
  const bench = useServer();
  const count = 6000;
  let filters: [Record<string, string>, string][];
  let database: DatabaseSync;

  before(async () => {
    const procedures = [await bench.procedure('First'), await bench.procedure('Second')];
    const user = (await bench.user.call(users.list))[0]?.id ?? '';
    await bench.restart(async (server) => {
      await server.stop();
      fillWithRuns(join(bench.folder, 'stations.db'), count, { procedures, user });
      // So often that the server does not list the runs in which it failed.
      const filled = new DatabaseSync(join(bench.folder, 'stations.db'));
      filled.exec(`insert into failed_measurements (name, started_at, run_key)
        select 'often', started_at, key from runs where key % 2 = 0`);
      filled.close();
    });
    database = new DatabaseSync(join(bench.folder, 'stations.db'), { readOnly: true });
    filters = filtersOfRuns(count, procedures[0] ?? '', user);
  });

  const plainly = (where: string, by: readonly string[], direction: string, limit: number, offset: number): unknown[] =>
    database
      .prepare(plainQuery(where, by, direction, 'limit ? offset ?'))
      .all(limit, offset)
      .map(({ id }) => id);

  for (const [sort_by, by] of Object.entries(orders)) {
    it(`equals the result of a plain query, sorted by ${sort_by}`, async () => {
      for (const [filter, where] of filters) {
        for (const sort_order of ['asc', 'desc']) {
          for (const cursor of [0, 40]) {
            const query = { ...filter, sort_by, sort_order, limit: '20', cursor: String(cursor) };
            const { data } = await bench.user.call(runs.list, { query });
            assert.deepEqual(
              data.map(({ id }) => id),
              plainly(where, by, sort_order, 20, cursor),
              JSON.stringify(query),
            );
          }
        }
      }
    });
  }

  it('finds the measurements of a run, a phase and a list by index', () => {
    for (const query of [
      'select * from measurements where run_key = 1 order by phase_key, position',
      'select * from measurements where phase_key = 1 order by position',
      `select m.* from phases as p join runs as r on r.key = p.run_key join measurements as m on m.phase_key = p.key
        where m.phase_key = 1 and m.position = 0`,
      `select m.name from runs as r cross join phases as p on p.run_key = r.key
        cross join measurements as m on m.phase_key = p.key order by r.started_at, r.key, p.key limit 50`,
    ]) {
      const plan = database.prepare(`explain query plan ${query}`).all();
      const scans = plan.map(({ detail }) => String(detail)).filter((step) => step.startsWith('SCAN'));
      // Of runs in order, and of the list within a phase.
      assert.ok(
        scans.every((step) => /INDEX runs_by_start|VIRTUAL TABLE/.test(step)),
        [query, ...scans].join('\n'),
      );
    }
  });

  it('finds what belongs to a few runs by their keys, whatever else is asked for', () => {
    const few = 'runs as r not indexed cross join phases as p on p.run_key = r.key join units as u on u.id = r.unit_id';
    for (const condition of ["r.procedure_id in ('x')", "r.outcome in ('FAIL')", 'r.started_at between 0 and 9']) {
      const query = `select p.key from ${few} where r.key in (select value from json_each('[1]')) and ${condition}
        order by r.started_at, r.key, p.key limit 50`;
      const plan = database.prepare(`explain query plan ${query}`).all();
      const steps = plan.map(({ detail }) => String(detail));
      assert.match(steps.join('\n'), /SEARCH r USING INTEGER PRIMARY KEY/, condition);
    }
  });

  it('finds the runs in which a measurement failed, and operators, in the order of an index', () => {
    for (const query of [
      `select r.key from (
         select run_key, started_at from failed_measurements where name = 'voltage' and started_at between 0 and 9
       ) as f cross join runs as r on r.key = f.run_key
       where r.outcome = 'FAIL' order by f.started_at desc, f.run_key desc limit 50`,
      'select min(operated_by) from runs where operated_by is not null',
      "select min(operated_by) from runs where operated_by > 'a'",
      "select count(*) from failed_measurements where name = 'voltage' and started_at >= 9",
    ]) {
      const steps = database.prepare(`explain query plan ${query}`).all();
      const slow = steps.map(({ detail }) => String(detail)).filter((step) => /SCAN|TEMP B-TREE/.test(step));
      assert.deepEqual(
        slow.filter((step) => !step.includes('INDEX runs_by_operator')),
        [],
        query,
      );
    }
  });

  it('finds the runs of a procedure or station with an outcome in one index, without reading the runs', () => {
    for (const column of ['procedure_id', 'created_by_station_id']) {
      const query = `select r.key from runs as r where +r.outcome in ('FAIL') and r.${column} in ('x')
        order by r.started_at desc, r.key desc limit 50`;
      const steps = database.prepare(`explain query plan ${query}`).all();
      assert.match(String(steps[0]?.detail), /^SEARCH r USING COVERING INDEX runs_by_(procedure|station) /, column);
    }
  });

  it('reads the runs of a unit by the unit, also in triggers and for the yield of a station', async () => {
    const statements = database
      .prepare("select sql from sqlite_schema where type = 'trigger' and sql like '%from runs%'")
      .all()
      .flatMap(({ sql }) => /begin(.*)end/s.exec(String(sql))?.[1]?.split(';') ?? [])
      .map((statement) => statement.replaceAll(/\b(?:new|old)\.\w+/g, '?'))
      .filter((statement) => statement.includes('unit_id = '));
    assert.ok(statements.length > 0);
    for (const statement of [...statements, await queryOf((store) => stationYields(store, 'x', [0, 9, 99]))]) {
      const plan = database.prepare(`explain query plan ${statement}`).all();
      const steps = plan.map(({ detail }) => String(detail)).filter((step) => step.includes('INDEX runs_by_'));
      assert.ok(
        steps.every((step) => /INDEX runs_by_(?:unit|station) /.test(step)),
        [statement, ...steps].join('\n'),
      );
    }
  });

  it('passes the integrity check of SQLite', () => {
    assert.deepEqual(
      database
        .prepare('pragma integrity_check')
        .all()
        .map((row) => Object.values(row)),
      [['ok']],
    );
    assert.deepEqual(database.prepare('pragma foreign_key_check').all(), []);
    database.close();
  });
});
