import { Client } from 'pg';

interface Filling {
  readonly procedures: readonly string[];
  readonly user: string;
  /** That push the runs in turn; without one, the user does. */
  readonly stations?: readonly string[];
  /** When the first run started, in milliseconds since 1970, and how long after it each next one did. */
  readonly startedAt?: number;
  readonly intervalMs?: number;
}

/**
 * Fills a PostgreSQL database with the runs of `fillWithRuns`, straight by SQL. The server must not be running, and the role must be a
 * superuser: the triggers would be most of the time, and what they keep is written here.
 */
export async function fillPostgres(
  url: string,
  runs: number,
  { procedures, user, stations = [], startedAt = Date.UTC(2020, 0, 1), intervalMs = 60_000 }: Filling,
): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const [first = '', second = first] = procedures;
  const by = `0, '${user}'`;
  const station = `(array['${stations.join(`', '`)}'])[u.key % ${stations.length} + 1]`;
  try {
    await client.query(`
      set session_replication_role = replica;
      set maintenance_work_mem = '512MB';
      begin;
      create temp table parts_of as select n, gen_random_uuid()::text as part, gen_random_uuid()::text as revision
        from generate_series(0, 9) as n;
      insert into parts (id, number, number_key, name, name_key, created_at, created_by_user_id)
        select part, 'PCBA-' || n, 'pcba-' || n, 'PCBA-' || n, 'pcba-' || n, ${by} from parts_of;
      insert into revisions (id, part_id, number, number_key, created_at, created_by_user_id)
        select revision, part, 'A', 'a', ${by} from parts_of;
      insert into batches (id, number, number_key, created_at, created_by_user_id)
        select gen_random_uuid(), 'B-' || n, 'b-' || n, ${by} from generate_series(0, 99) as n;
      insert into procedure_versions (id, procedure_id, tag, tag_key, created_at, created_by_user_id)
        select gen_random_uuid(), id, '1.0.0', '1.0.0', ${by} from unnest(array['${procedures.join(`', '`)}']) as id;

      insert into units (key, id, serial_number, serial_key, revision_id, batch_id, created_at, run_count, last_run_at,
          last_run_id, last_procedure_id, created_by_user_id)
        select s.n + 1, gen_random_uuid(), 'SN-' || s.n, 'sn-' || s.n, p.revision, b.id, start, 1, start, gen_random_uuid(),
          case (s.n + 1) % 2 when 1 then '${first}' else '${second}' end, '${user}'
        from (select n, ${startedAt} + n * ${intervalMs}::bigint as start from generate_series(0, ${runs - 1}) as n) as s
        join parts_of as p on p.n = s.n % 10 join batches as b on b.number = 'B-' || (s.n % 100) order by s.n;
      insert into runs (key, id, procedure_id, version_id, unit_id, revision_id, batch_id, outcome, troubled, started_at,
          ended_at, created_at, created_by_user_id, created_by_station_id)
        select u.key, u.last_run_id, v.procedure_id, v.id, u.id, u.revision_id, u.batch_id,
          case u.key % 20 when 0 then 'FAIL' else 'PASS' end, (u.key % 20 = 0)::int, u.created_at,
          u.created_at + 60000 + u.key % 1000, u.created_at, ${stations.length === 0 ? `'${user}', null` : `null, ${station}`}
        from units as u join procedure_versions as v on v.procedure_id = u.last_procedure_id order by u.key;
      update batches set unit_count = (select count(*) from units where batch_id = batches.id);
      insert into phases (key, run_key, name, outcome, started_at, ended_at, retry_count, measurements_json)
        select key, key, 'phase', outcome, started_at, ended_at, 0,
          json_build_array(json_build_array(case when outcome = 'FAIL' and key % 700 = 0 then 'rare' else 'voltage' end,
            outcome, 'numeric', 'V', null, array[]::text[], array[]::text[], 3.3))::text
        from runs order by key;
      insert into measurement_rows
        select key, 0, run_key, case when outcome = 'FAIL' and key % 700 = 0 then 'rare' else 'voltage' end, outcome, 'numeric',
          'V', null, '[]', '[]', '3.3', 3.3 from phases order by key;
      insert into failed_measurements (name, started_at, run_key)
        select case when key % 700 = 0 then 'rare' else 'voltage' end, started_at, key from runs where outcome = 'FAIL';
      insert into logs (run_key, level, timestamp, message, source_file, line_number)
        select key, 'INFO', started_at, 'measured', 'test.py', 1 from runs order by key;
      insert into run_metadata (run_key, name, value, is_boolean)
        select key, 'fixture', to_jsonb('F-' || (key / 100 % 50)), 0 from runs where key % 100 = 0;
      select setval(pg_get_serial_sequence('units', 'key'), ${runs}), setval(pg_get_serial_sequence('runs', 'key'), ${runs}),
        setval(pg_get_serial_sequence('phases', 'key'), ${runs});
      commit;`);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
