import { randomUUID } from 'node:crypto';
import { CompiledQuery, sql } from 'kysely';
import type { Store, StoreTransaction } from '../../tables.ts';
import { activeLock } from '../lease.ts';
import { biViews } from './biViews.ts';
import { firstSchema } from './firstSchema.ts';
import { firstTriggers } from './firstTriggers.ts';
import { measurementRowsSchema } from './measurementRowsSchema.ts';
import { pushedTogether } from './pushedTogether.ts';

export type Migration = (change: StoreTransaction) => Promise<void>;

async function createFirstSchema(change: StoreTransaction): Promise<void> {
  for (const script of [firstSchema, firstTriggers, biViews]) await change.executeQuery(CompiledQuery.raw(script));
  const now = Date.now();
  await change.insertInto('instance').values({ id: randomUUID(), created_at: now }).execute();
  await change
    .insertInto('users')
    .values({
      id: randomUUID(),
      name: 'Local user',
      email: 'local@test-stations.invalid',
      role: 'administrator',
      created_at: now,
    })
    .execute();
}

const insertRunsTogether: Migration = async (change) => {
  await change.executeQuery(CompiledQuery.raw(pushedTogether));
};

/** In SQLite, the key is at the end of each index. */
const indexUnitsByLastProcedure: Migration = async (change) => {
  await change.executeQuery(
    CompiledQuery.raw('create index units_by_last_procedure on units (last_procedure_id, key)'),
  );
};

const deleteMeasurementsByTrigger: Migration = async (change) => {
  await change.executeQuery(CompiledQuery.raw(measurementRowsSchema));
};

/** The phases of a million runs in the order of their durations take 3 ms instead of a second. The index is 3 % of a push. */
const indexPhasesByDuration: Migration = async (change) => {
  await change.executeQuery(
    CompiledQuery.raw('create index phases_by_duration on phases ((ended_at - started_at), key)'),
  );
};

/** See `store/sqlite/schema/analyticsSchema.ts`. */
const addComputingQuarters: Migration = async (change) => {
  await change.executeQuery(
    CompiledQuery.raw(`create table computing_quarters (
      procedure_id text not null references procedures on delete cascade,
      quarter bigint not null,
      primary key (procedure_id, quarter)
    )`),
  );
};

/** The number of a migration is its place, counted from 1. A released one is never edited. */
export const migrations: readonly Migration[] = [
  createFirstSchema,
  insertRunsTogether,
  indexUnitsByLastProcedure,
  deleteMeasurementsByTrigger,
  indexPhasesByDuration,
  addComputingQuarters,
];

interface MigrateOptions {
  /** Whether this process is the active server of the database. Otherwise an active one of another version may be running. */
  readonly isActive: boolean;
  readonly steps?: readonly Migration[];
}

/** Each step has a transaction of its own. @throws Error if the schema is later, or if it is earlier and a server is running */
export async function migrate(store: Store, { isActive, steps = migrations }: MigrateOptions): Promise<void> {
  while (await store.transaction().execute((change) => migrateOnce(change, isActive, steps)));
}

async function migrateOnce(change: StoreTransaction, isActive: boolean, steps: readonly Migration[]): Promise<boolean> {
  await sql`create table if not exists schema_version (version bigint not null)`.execute(change);
  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(change);
  const version = rows[0]?.version ?? 0;
  if (version > steps.length) {
    throw new Error(
      `It was written by a newer version of the station server (schema ${version}, this one knows ${steps.length}). ` +
        'Update Test Stations, or use another database.',
    );
  }
  const next = steps[version];
  if (next === undefined) return false;
  if (!isActive) await requireNoActiveServer(change);
  await next(change);
  await sql`delete from schema_version`.execute(change);
  await sql`insert into schema_version values (${version + 1})`.execute(change);
  return true;
}

/** Until the transaction ends, no server becomes the active one. */
async function requireNoActiveServer(change: StoreTransaction): Promise<void> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(${activeLock}::bigint) as taken`.execute(change);
  if (rows[0]?.taken === true) return;
  throw new Error(
    'A station server of an earlier version is running on it, and this program would have to update its data. Stop that ' +
      'server, then try again.',
  );
}
