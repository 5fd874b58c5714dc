import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { after, before, describe, it } from 'mocha';
import { Client } from 'pg';
import * as z from 'zod';
import { activeLock } from '../../src/server/store/postgres/lease.ts';
import { openPostgres } from '../../src/server/store/postgres/openPostgres.ts';
import { migrate, type Migration, migrations } from '../../src/server/store/postgres/schema/migrations.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store, Tables } from '../../src/server/store/tables.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { temporaryFolder } from './support.ts';

const tableNames = Object.keys({
  instance: 1,
  users: 1,
  invitations: 1,
  identities: 1,
  audit_log: 1,
  stations: 1,
  procedures: 1,
  station_procedures: 1,
  api_keys: 1,
  procedure_versions: 1,
  parts: 1,
  revisions: 1,
  batches: 1,
  units: 1,
  runs: 1,
  run_metadata: 1,
  run_sub_units: 1,
  procedure_days: 1,
  measurement_days: 1,
  failed_measurements: 1,
  stale_quarters: 1,
  computing_quarters: 1,
  golden_rules: 1,
  station_calendars: 1,
  analytics_state: 1,
  studies: 1,
  study_trials: 1,
  study_runs: 1,
  phases: 1,
  measurements: 1,
  curves: 1,
  logs: 1,
  uploads: 1,
  changes: 1,
  presence: 1,
  transitions: 1,
  observers: 1,
  pauses: 1,
} satisfies Record<keyof Tables, 1>).sort();

/** What only one engine has: what stands for row ids, full text search, and measurements as rows. */
const ofSqlite = /^(unit_serials|sqlite_)/;
const ofPostgres = /^(schema_version|measurement_rows)/;

/** A value of metadata can be longer than an entry of an index in PostgreSQL, whose trigrams are an index. */
const indexesOfSqlite = ['run_metadata_by_value'];
const indexesOfPostgres = ['phases_by_duration', 'run_metadata_by_name', 'units_by_text'];

const column = z.object({ table: z.string(), column: z.string(), type: z.string(), required: z.coerce.boolean() });
const index = z.object({ index: z.string(), table: z.string(), columns: z.string(), is_unique: z.coerce.boolean() });

const kindOf = (type: string): string =>
  ({ bigint: 'INTEGER', smallint: 'INTEGER', 'double precision': 'REAL', bytea: 'BLOB', jsonb: 'ANY' })[type] ??
  type.toUpperCase();

describe('the schema of PostgreSQL', function () {
  this.timeout(60_000);
  let postgres: TestPostgres;
  const opened: { destroy(): Promise<void> }[] = [];
  let databases = 0;

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
  });
  after(async () => {
    for (const each of opened) await each.destroy();
  });

  const newDatabase = (): Promise<string> => postgres.createDatabase(`schema${++databases}`);
  const open = async (url: string): Promise<Store> => {
    const { store } = await openPostgres(url, {
      lease: null,
      connectionLost: () => undefined,
      keyUsesFailed: () => undefined,
    });
    opened.push(store);
    return store;
  };
  const rowsOf = async <T>(store: Store, row: z.ZodType<T>, query: string): Promise<T[]> =>
    z.array(row).parse((await sql.raw(query).execute(store)).rows);

  it('has the tables, views, columns and indexes of SQLite', async () => {
    const path = join(temporaryFolder(), 'stations.db');
    await openStore(path).store.destroy();
    const sqlite = new DatabaseSync(path, { readOnly: true });
    const inSqlite = <T>(row: z.ZodType<T>, query: string): T[] => z.array(row).parse(sqlite.prepare(query).all());
    const store = await open(await newDatabase());

    const columns = {
      sqlite: inSqlite(
        column,
        `select t.name as "table", c.name as "column", c.type, c."notnull" or c.pk > 0 as required
         from sqlite_schema as t join pragma_table_xinfo(t.name) as c where t.type in ('table', 'view')`,
      ).filter(({ table }) => !ofSqlite.test(table)),
      postgres: (
        await rowsOf(
          store,
          column,
          `select table_name as "table", column_name as "column", data_type as type, is_nullable = 'NO' as required
           from information_schema.columns where table_schema = 'public'`,
        )
      ).filter(({ table, column }) => !ofPostgres.test(table) && column !== 'rowid'),
    };
    for (const found of Object.values(columns)) {
      assert.deepEqual([...new Set(found.map(({ table }) => table))].sort(), tableNames);
    }
    const lines = (found: z.infer<typeof column>[]): string[] =>
      found
        .map(({ table, column, type, required }) =>
          // The engines do not say of what type and how required the columns of a view are.
          table === 'measurements' ? `${table}.${column}` : `${table}.${column} ${kindOf(type)} ${required}`,
        )
        .sort();
    assert.deepEqual(lines(columns.postgres), lines(columns.sqlite));

    const indexes = {
      sqlite: inSqlite(
        index,
        `select i.name as "index", t.name as "table", i."unique" as is_unique,
           (select group_concat(coalesce(name, '()'), ',' order by name) from pragma_index_info(i.name)) as columns
         from sqlite_schema as t join pragma_index_list(t.name) as i where t.type = 'table' and i.origin = 'c'`,
      ).filter(({ table, index }) => !ofSqlite.test(table) && !indexesOfSqlite.includes(index)),
      postgres: (
        await rowsOf(
          store,
          index,
          `select c.relname as "index", t.relname as "table", i.indisunique as is_unique,
             (select string_agg(coalesce(a.attname, '()'), ',' order by a.attname)
              from unnest(i.indkey) as k left join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k and k > 0
             ) as columns
           from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_class as t on t.oid = i.indrelid
           where t.relnamespace = 'public'::regnamespace
             and not exists (select 1 from pg_constraint where conindid = c.oid and contype in ('p', 'u', 'x'))`,
        )
      ).filter(({ index, table }) => !ofPostgres.test(table) && !indexesOfPostgres.includes(index)),
    };
    // In SQLite, the row id is at the end of each index.
    const described = (found: z.infer<typeof index>[]): string[] =>
      found
        .map(({ index, table, columns, is_unique }) => {
          const own = columns
            .split(',')
            .filter((name) => name !== 'key')
            .sort();
          return `${index} of ${table}: ${own.join(', ')}${is_unique ? ', unique' : ''}`;
        })
        .sort();
    assert.deepEqual(described(indexes.postgres), described(indexes.sqlite));
    sqlite.close();
  });

  const versionOf = async (store: Store): Promise<number[]> =>
    (await rowsOf(store, z.object({ version: z.number() }), 'select version from schema_version')).map(
      ({ version }) => version,
    );
  const now = migrations.length;
  const steps: Migration[] = [
    ...migrations,
    async (change) => {
      await sql`create table added (id bigint)`.execute(change);
    },
    async (change) => {
      await sql`create table half (id bigint)`.execute(change);
      await sql`select 1 / 0`.execute(change);
    },
  ];

  it('is migrated in steps, each of which is done or undone', async () => {
    const store = await open(await newDatabase());
    await assert.rejects(migrate(store, { isActive: false, steps }), /division by zero/);
    assert.deepEqual(await versionOf(store), [now + 1]);
    await sql`select id from added`.execute(store);
    await assert.rejects(sql`select id from half`.execute(store), /does not exist/);
    await migrate(store, { isActive: false, steps: steps.slice(0, now + 1) });
    assert.deepEqual(await versionOf(store), [now + 1]);
  });

  it('of a later version is refused', async () => {
    const store = await open(await newDatabase());
    await migrate(store, { isActive: false, steps: steps.slice(0, now + 1) });
    await assert.rejects(
      migrate(store, { isActive: false, steps: steps.slice(0, now) }),
      new RegExp(`written by a newer version of the station server \\(schema ${now + 1}, this one knows ${now}\\)`),
    );
  });

  it('is not migrated while a server is active, except by that server', async () => {
    const url = await newDatabase();
    const store = await open(url);
    const server = new Client({ connectionString: url });
    await server.connect();
    await server.query('select pg_advisory_lock($1)', [activeLock]);
    await migrate(store, { isActive: false, steps: steps.slice(0, now) });
    await assert.rejects(
      migrate(store, { isActive: false, steps: steps.slice(0, now + 1) }),
      /A station server of an earlier version is running/,
    );
    assert.deepEqual(await versionOf(store), [now]);
    await migrate(store, { isActive: true, steps: steps.slice(0, now + 1) });
    assert.deepEqual(await versionOf(store), [now + 1]);
    await server.end();
  });
});
