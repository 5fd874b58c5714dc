import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { changesSchema } from '../../src/server/store/sqlite/schema/changesSchema.ts';
import { firstSchema } from '../../src/server/store/sqlite/schema/firstSchema.ts';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { adminKey } from '../server/bench.ts';
import { send } from '../server/requests.ts';
import type { TestServer } from '../server/support.ts';

/** What is listed at `/api/v2/…`, and by what each one is asked for. */
const kinds = {
  stations: 'id',
  procedures: 'id',
  runs: 'id',
  units: 'serial_number',
  parts: 'number',
  batches: 'number',
} as const;
const listed = z.object({ data: z.array(z.looseObject({})) });
const named = z.string().or(z.number());

/** All that a server tells of its data, as text. The addresses of attachments are replaced by what is there. */
export async function everything(server: TestServer): Promise<Record<string, string>> {
  const told: Record<string, string> = {};
  const ask = async (path: string): Promise<unknown> => {
    const { status, text } = await send(server.url, 'GET', path, { key: adminKey });
    assert.equal(status, 200, `${path}: ${text}`);
    const addresses = [...new Set(text.match(/http:[^"]+signature=[^"]+/g))];
    let replaced = text;
    for (const address of addresses) replaced = replaced.replaceAll(address, await (await fetch(address)).text());
    told[path] = replaced;
    return JSON.parse(text);
  };
  for (const [kind, key] of Object.entries(kinds)) {
    const { data } = listed.parse(await ask(`/api/v2/${kind}?limit=100`));
    assert.ok(data.length > 0, kind);
    for (const row of data) await ask(`/api/v2/${kind}/${encodeURIComponent(named.parse(row[key]))}`);
    if (kind !== 'units') continue;
    for (const { serial_number } of data) await ask(`/api/v1/runs?serial_number=${named.parse(serial_number)}`);
  }
  await ask('/api/local/stations');
  return told;
}

const outcome = 'PASS';
/** Measurements of every kind. */
export const runWithMeasurements: Omit<NewRunBody, 'procedure_id'> = {
  serial_number: 'SN-5',
  part_number: 'PCBA01',
  outcome,
  started_at: '2026-01-02T03:04:05Z',
  ended_at: '2026-01-02T03:04:15Z',
  phases: [
    {
      name: 'All',
      outcome,
      started_at: '2026-01-02T03:04:05Z',
      ended_at: '2026-01-02T03:04:06Z',
      measurements: [
        { name: 'nothing', outcome: 'UNSET' },
        { name: 'text', outcome, measured_value: 'ü "quoted" \u0000 \u202e', docstring: 'Of\ntwo lines' },
        { name: 'truth', outcome, measured_value: false },
        {
          name: 'table',
          outcome,
          measured_value: [
            [1, 2.5e-300],
            [-0.1, 1e22],
          ],
        },
        {
          name: 'number',
          outcome,
          measured_value: 3.3,
          units: 'V',
          validators: [
            { operator: '>=', expected_value: 3, outcome },
            { operator: '<=', expected_value: 3.2, outcome: 'FAIL', is_decisive: false },
            { expression: 'x is "fine"', outcome },
          ],
          aggregations: [{ type: 'mean', value: 3.25, outcome, validators: [{ operator: '<', expected_value: 4 }] }],
        },
        {
          name: 'curve',
          outcome,
          x_axis: { data: [0, 1, 2], units: 's', name: 'time' },
          y_axis: [{ data: [0.5, 0.25, 0.125], units: 'V', validators: [{ operator: '<', expected_value: 1 }] }],
        },
        { name: 'after the curve', outcome, measured_value: { nested: ['ü', null, { deep: true }] } },
      ],
    },
    { name: 'None', outcome, started_at: '2026-01-02T03:04:06Z', ended_at: '2026-01-02T03:04:07Z' },
  ],
};

type Schema = Map<string, string>;
const schemaOf = (database: DatabaseSync): Schema =>
  new Map(
    database
      .prepare("select type || ' ' || name as name, sql from sqlite_schema where sql is not null order by 1")
      .all()
      .map(({ name, sql }) => [String(name), String(sql)]),
  );

/** Takes away what later schemas brought, so that the data is as the first version of the server had it. */
export function makeOld(file: string): void {
  const first = new DatabaseSync(':memory:');
  first.exec(firstSchema + changesSchema);
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  for (const name of schemaOf(database).keys()) {
    if (name.startsWith('trigger ') && !schemaOf(first).has(name)) database.exec(`drop ${name}`);
  }
  database.exec(`
    create temp table read as select * from measurements;
    drop view measurements;
    ${schemaOf(first).get('table measurements')};
    insert into measurements select phase_key, position, name, outcome, type, units, docstring, value_json,
      nullif(validators_json, '[]'), nullif(aggregations_json, '[]'), series_json from read;
    drop table read;
    alter table phases drop column measurements_json;
    drop index runs_by_ref_key;
    update runs set push_key = 'ref ' || substr(ref_key, 46) where ref_key is not null;
    alter table runs drop column ref_key;
    alter table runs drop column push_hash;
    drop index stations_by_name;
    ${schemaOf(first).get('index stations_by_name')};
    drop index runs_by_procedure;
    ${schemaOf(first).get('index runs_by_procedure')};
    drop index runs_by_station;
    ${schemaOf(first).get('index runs_by_station')};
    alter table stations drop column group_path;
    drop index api_keys_by_name;
    drop index units_by_sample;
    drop index units_by_last_procedure;
    alter table api_keys drop column name;
    create temp table read as select * from instance;
    drop table instance;
    ${schemaOf(first).get('table instance')};
    insert into instance (id, created_at) select id, created_at from read;
    drop table read;
    alter table users drop column role;
    alter table users drop column revoked_at;`);
  for (const name of schemaOf(database).keys()) {
    if (name.startsWith('table ') && !schemaOf(first).has(name)) database.exec(`drop table ${name.slice(6)}`);
  }
  assert.deepEqual(schemaOf(database), schemaOf(first));
  database.exec('pragma user_version = 1');
  database.close();
  first.close();
}

/** The schema that a folder is left with; a copy is looked at, because the log is put into what is opened. */
export function schemaLeft(folder: string, copy: string): number {
  mkdirSync(copy);
  for (const name of ['stations.db', 'stations.db-wal']) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
  const database = new DatabaseSync(join(copy, 'stations.db'));
  const version = Number(database.prepare('pragma user_version').get()?.['user_version']);
  assert.equal(schemaOf(database).has('table presence'), version > 1);
  assert.equal(schemaOf(database).has('view measurements'), version > 2);
  assert.equal(schemaOf(database).has('index api_keys_by_name'), version > 3);
  assert.equal(schemaOf(database).has('index units_by_sample'), version > 4);
  assert.equal(schemaOf(database).has('index runs_by_ref_key'), version > 5);
  assert.equal(schemaOf(database).has('table uptime_days'), version > 1 && version < 7);
  assert.equal(schemaOf(database).has('table measurement_days'), version > 7);
  assert.equal(schemaOf(database).has('table studies'), version > 8);
  assert.equal(schemaOf(database).has('table failed_measurements'), version > 9);
  assert.equal(schemaOf(database).has('table golden_rules'), version > 10);
  assert.equal(schemaOf(database).has('table station_calendars'), version > 11);
  const days = schemaOf(database).get('table measurement_days');
  assert.equal(days?.includes('digests blob') ?? false, version === 13 || version === 14);
  assert.equal(days?.includes('day_key') ?? false, version > 14);
  database.close();
  return version;
}
