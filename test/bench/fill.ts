import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { quarterHourMillis } from '../../src/server/store/time.ts';

interface Filling {
  procedures: string[];
  user: string;
  /** That push the runs in turn; without one, the user does. */
  stations?: string[];
  /** In each phase: `m0` and so on, with random values. Without a number, 1 measurement with the same value in each. */
  measurements?: number;
  /** Of the units, in turn. */
  parts?: number;
  /** When the first run started, in milliseconds since 1970, and how long after it each next one did. */
  startedAt?: number;
  intervalMs?: number;
}

/** The start of the run with this index, in milliseconds since 1970: one every minute. */
export const filledStart = (index: number): number => Date.UTC(2020, 0, 1) + index * 60_000;

/**
 * Fills a database with runs, straight by SQL: a unit of its own for each run, 100 batches, 1 phase and 1 log each, metadata at every hundredth. The server must not be running.
 */
export function fillWithRuns(
  path: string,
  runs: number,
  {
    procedures,
    user,
    stations = [],
    measurements,
    parts = 10,
    startedAt = filledStart(0),
    intervalMs = 60_000,
  }: Filling,
): void {
  const database = new DatabaseSync(path);
  const uuid = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
    substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;
  const numbers = `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ${runs})`;
  // The triggers would be nine tenths of the time; what they keep is written here.
  const triggers = database.prepare(`select name, sql from sqlite_schema where type = 'trigger'`).all();
  database.exec('pragma synchronous = off; pragma cache_size = -500000; begin');
  for (const { name } of triggers) database.exec(`drop trigger ${String(name)}`);
  const insert = (table: string, row: Record<string, string | number | null>): void => {
    const names = Object.keys(row);
    database
      .prepare(`insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`)
      .run(...Object.values(row));
  };
  const by = { created_at: 0, created_by_user_id: user };
  for (let n = 0; n < parts; n += 1) {
    const id = `part-${n}`;
    insert('parts', {
      id,
      number: `PCBA-${n}`,
      number_key: `pcba-${n}`,
      name: `PCBA-${n}`,
      name_key: `pcba-${n}`,
      ...by,
    });
    insert('revisions', { id: `revision-${n}`, part_id: id, number: 'A', number_key: 'a', ...by });
  }
  for (let n = 0; n < 100; n += 1)
    insert('batches', { id: `batch-${n}`, number: `B-${n}`, number_key: `b-${n}`, ...by });
  for (const procedure_id of procedures) {
    insert('procedure_versions', {
      id: `version-${procedure_id}`,
      procedure_id,
      tag: '1.0.0',
      tag_key: '1.0.0',
      ...by,
    });
  }
  const real = new Map<string, string>();
  for (const table of ['parts', 'revisions', 'batches', 'procedure_versions']) {
    for (const { id } of database.prepare(`select id from ${table}`).all()) real.set(String(id), randomUUID());
  }
  database.exec('pragma defer_foreign_keys = on');
  for (const [table, column] of [
    ['revisions', 'part_id'],
    ['parts', 'id'],
    ['revisions', 'id'],
    ['batches', 'id'],
    ['procedure_versions', 'id'],
  ] as const) {
    const update = database.prepare(`update ${table} set ${column} = ? where ${column} = ?`);
    for (const [id, uuidOfIt] of real) update.run(uuidOfIt, id);
  }
  const started = `${startedAt} + n * ${intervalMs}`;
  const station =
    stations.length === 0
      ? 'null'
      : `case u.key % ${stations.length} ${stations.map((id, n) => `when ${n} then '${id}'`).join(' ')} end`;
  const [first, second] = procedures;
  database.exec(`
    ${numbers} insert into units (key, id, serial_number, serial_key, revision_id, batch_id, created_at, run_count,
        last_run_at, created_by_user_id)
      select n + 1, ${uuid}, 'SN-' || n, 'sn-' || n, revision.id, batch.id, ${started}, 1, ${started}, '${user}' from numbers
      join parts as part on part.number = 'PCBA-' || (n % ${parts}) join revisions as revision on revision.part_id = part.id
      join batches as batch on batch.number = 'B-' || (n % 100);
    insert into unit_serials (rowid, serial_key) select key, serial_key from units;
    insert into runs (key, id, procedure_id, version_id, unit_id, revision_id, batch_id, outcome, troubled, started_at,
        ended_at, created_at, created_by_user_id, created_by_station_id)
      select u.key, ${uuid}, v.procedure_id, v.id, u.id, u.revision_id, u.batch_id,
        iif(u.key % 20 = 0, 'FAIL', 'PASS'), u.key % 20 = 0, u.created_at, u.created_at + 60000 + u.key % 1000, u.created_at,
        ${stations.length === 0 ? `'${user}'` : 'null'}, ${station}
      from units as u join procedure_versions as v on v.procedure_id = iif(u.key % 2, '${first}', '${second}');
    update batches set unit_count = (select count(*) from units where batch_id = batches.id);
    update units set last_run_id = (select id from runs where unit_id = units.id);
    insert into phases (key, run_key, name, outcome, started_at, ended_at, retry_count, measurements_json)
      select key, key, 'phase', outcome, started_at, ended_at, 0,
        ${measurements === undefined ? oneMeasurement : randomMeasurements(measurements)}
      from runs;
    insert into failed_measurements (name, started_at, run_key)
      select iif(key % 700 = 0, 'rare', 'voltage'), started_at, key from runs where outcome = 'FAIL';
    insert into logs (run_key, level, timestamp, message, source_file, line_number)
      select key, 'INFO', started_at, 'measured', 'test.py', 1 from runs;
    insert into run_metadata (run_key, name, value, is_boolean)
      select key, 'fixture', 'F-' || (key / 100 % 50), 0 from runs where key % 100 = 0;
    commit`);
  // Only runs with many measurements are for statistics. Computing them would disturb the measurement of other calls.
  if (measurements !== undefined) {
    database.exec(
      `insert into stale_quarters select distinct procedure_id, started_at / ${quarterHourMillis} from runs`,
    );
  }
  for (const { sql } of triggers) database.exec(String(sql));
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

const oneMeasurement = `'[["' || iif(outcome = 'FAIL' and key % 700 = 0, 'rare', 'voltage') || '","' || outcome ||
  '","numeric","V",null,[],[],3.3]]'`;

/** Of nearly normal values around 3.3, with limits that almost all are within. */
const randomMeasurements = (count: number): string => {
  const noise = Array.from({ length: 4 }, () => '(random() & 1023)').join(' + ');
  const value = `round(3.3 + (${noise} - 2046) / 20000.0, 4)`;
  return `(with recursive names (n) as (select 0 union all select n + 1 from names where n + 1 < ${count})
    select '[' || group_concat('["m' || n || '","' || iif(n = 0, runs.outcome, 'PASS') ||
      '","numeric","V",null,[[">=",3,"PASS"],["<=",3.6,"PASS"]],[],' || ${value} || ']') || ']' from names)`;
};
