import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import { runs } from '../../src/shared/contract/runs.ts';
import { users } from '../../src/shared/contract/users.ts';
import { fillWithRuns } from '../bench/fill.ts';
import { useServer } from './bench.ts';

const orders = {
  started_at: ['started_at', 'key'],
  created_at: ['created_at', 'key'],
  duration: ['duration', 'started_at', 'key'],
  outcome: ['outcome', 'started_at', 'key'],
  serial_number: ['serial_key', 'started_at', 'key'],
  part_number: ['part', 'revision', 'serial_key', 'started_at', 'key'],
  revision_number: ['revision', 'part_id', 'serial_key', 'started_at', 'key'],
};

const ofFailed = (names: string): string => `key in (
  select run_key from measurements where outcome = 'FAIL' and name in (${names}))`;

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
    const half = new Date(Date.UTC(2020, 0, 1) + (count / 2) * 60_000).toISOString();
    filters = [
      [{}, 'true'],
      [{ outcomes: 'PASS' }, "outcome = 'PASS'"],
      [{ outcomes: 'FAIL' }, "outcome = 'FAIL'"],
      [{ outcomes: 'ERROR' }, "outcome = 'ERROR'"],
      [{ procedure_ids: procedures[0] ?? '' }, `procedure_id = '${procedures[0]}'`],
      [{ search_query: 'sn-' }, 'true'],
      [{ search_query: 'N-12' }, "serial_key like '%n-12%'"],
      [{ search_query: '9' }, "serial_key like '%9%'"],
      [{ part_numbers: 'pcba-3', outcomes: 'PASS' }, "part = 'pcba-3' and outcome = 'PASS'"],
      [{ batch_numbers: 'B-77' }, "serial_key like '%77'"],
      [
        { batch_numbers: 'B-79', part_numbers: 'pcba-9', outcomes: 'FAIL' },
        "serial_key like '%79' and part = 'pcba-9' and outcome = 'FAIL'",
      ],
      [{ revision_numbers: 'a', created_by_user_ids: user }, 'true'],
      [{ procedure_versions: '1.0.0' }, 'true'],
      [{ ended_before: half }, `ended_at <= ${Date.parse(half)}`],
      [{ started_after: half, duration_min: 'PT1M0.5S' }, `started_at >= ${Date.parse(half)} and duration >= 60500`],
      [{ created_before: half, outcomes: 'FAIL' }, `created_at <= ${Date.parse(half)} and outcome = 'FAIL'`],
      [
        { metadata: '{"fixture":{"contains":"f-1"}}' },
        "key in (select run_key from run_metadata where value like 'F-1%')",
      ],
      [{ failed_measurements: 'voltage' }, ofFailed("'voltage'")],
      [{ failed_measurements: 'often' }, 'key % 2 = 0'],
      [{ failed_measurements: 'rare', part_numbers: 'pcba-9' }, `part = 'pcba-9' and ${ofFailed("'rare'")}`],
      [{ failed_measurements: 'Voltage' }, 'false'],
      [
        { failed_measurements: 'often', started_after: half, part_numbers: 'pcba-3' },
        `started_at >= ${Date.parse(half)} and part = 'pcba-3' and key % 2 = 0`,
      ],
      [{ samples: 'production' }, 'true'],
      [{ samples: 'golden' }, 'false'],
      [{ environments: 'production' }, 'false'],
    ];
  });

  const plainly = (where: string, by: readonly string[], direction: string, limit: number, offset: number): unknown[] =>
    database
      .prepare(
        `select id from (
           select r.*, u.serial_key, rev.number_key as revision, rev.part_id, p.number_key as part from runs as r
           join units as u on u.id = r.unit_id join revisions as rev on rev.id = u.revision_id
           join parts as p on p.id = rev.part_id
         ) where ${where} order by ${by.map((column) => `${column} ${direction}`).join()} limit ? offset ?`,
      )
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
