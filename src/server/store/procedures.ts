import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import * as z from 'zod';
import type { Outcome } from '../../shared/contract/common.ts';
import { beginningWith, containing, fold } from './fold.ts';
import { isReadableRun, type Reader } from './readers.ts';
import type { Store, StoreTransaction } from './tables.ts';

export interface ProcedureRow {
  id: string;
  name: string;
  identifier: string | null;
  created_at: number;
  user_id: string;
  user_name: string;
  user_email: string;
}

interface RecentRunRow {
  id: string;
  outcome: Outcome;
  started_at: number;
  unit_id: string;
  serial_number: string;
}

const select = (store: Store) =>
  store
    .selectFrom('procedures as p')
    .innerJoin('users as u', 'u.id', 'p.created_by_user_id')
    .select(['p.id', 'p.name', 'p.identifier', 'p.created_at'])
    .select(['u.id as user_id', 'u.name as user_name', 'u.email as user_email']);

export async function insertProcedure(
  store: Store,
  { name, identifier, userId }: { name: string; identifier: string | null; userId: string },
): Promise<string> {
  const id = randomUUID();
  await store
    .insertInto('procedures')
    .values({
      id,
      name,
      name_key: fold(name),
      identifier,
      identifier_key: identifier === null ? null : fold(identifier),
      created_at: Date.now(),
      created_by_user_id: userId,
    })
    .execute();
  return id;
}

export async function findProcedure(store: Store, id: string): Promise<ProcedureRow | null> {
  return (await select(store).where('p.id', '=', id.toLowerCase()).executeTakeFirst()) ?? null;
}

export async function findProceduresByName(store: Store, name: string): Promise<{ id: string; name: string }[]> {
  return store.selectFrom('procedures').select(['id', 'name']).where('name_key', '=', fold(name)).execute();
}

export async function renameProcedure(change: StoreTransaction, id: string, name: string): Promise<void> {
  await change
    .updateTable('procedures')
    .set({ name, name_key: fold(name) })
    .where('id', '=', id)
    .execute();
}

export async function setIdentifier(change: StoreTransaction, id: string, identifier: string | null): Promise<void> {
  await change
    .updateTable('procedures')
    .set({ identifier, identifier_key: identifier === null ? null : fold(identifier) })
    .where('id', '=', id)
    .execute();
}

/** Deletes a procedure with its versions, links and runs. */
export async function deleteProcedure(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('procedures').where('id', '=', id).execute();
}

export const procedureSummary = z.object({ id: z.string(), name: z.string(), identifier: z.string().nullable() });
export type ProcedureSummary = z.infer<typeof procedureSummary>;

/** Finds a procedure by its UUID or by an identifier such as `FVT1`, without regard to case. */
export async function findProcedureCalled(store: Store, idOrIdentifier: string): Promise<ProcedureSummary | undefined> {
  const id = idOrIdentifier.toLowerCase();
  return store
    .selectFrom('procedures')
    .select(['id', 'name', 'identifier'])
    .where((where) => where.or([where('id', '=', id), where('identifier_key', '=', fold(idOrIdentifier))]))
    .orderBy(sql`id = ${id}`, 'desc')
    .executeTakeFirst();
}

export async function listProcedures(
  store: Store,
  filter: {
    search?: string | undefined;
    createdAfter?: number | undefined;
    createdBefore?: number | undefined;
    limit: number;
    cursor: number;
  },
): Promise<ProcedureRow[]> {
  const { search, createdAfter, createdBefore } = filter;
  let query = select(store);
  if (search) {
    query = query.where(
      sql<boolean>`(p.name_key like ${containing(search)} escape '\\' or p.identifier_key like ${beginningWith(search)} escape '\\')`,
    );
  }
  if (createdAfter !== undefined) query = query.where('p.created_at', '>=', createdAfter);
  if (createdBefore !== undefined) query = query.where('p.created_at', '<=', createdBefore);
  return query
    .orderBy('p.created_at', 'desc')
    .orderBy(sql`p.rowid`, 'desc')
    .limit(filter.limit + 1)
    .offset(filter.cursor)
    .execute();
}

export async function recentRuns(store: Store, procedureId: string, reader: Reader): Promise<RecentRunRow[]> {
  return store
    .selectFrom('runs as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .where('r.procedure_id', '=', procedureId)
    .where(isReadableRun(reader))
    .select(['r.id', 'r.outcome', 'r.started_at', 'u.id as unit_id', 'u.serial_number'])
    .orderBy('r.started_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(10)
    .execute();
}

export async function stationsOf(store: Store, procedureId: string): Promise<{ id: string; name: string }[]> {
  return store
    .selectFrom('station_procedures as l')
    .innerJoin('stations as s', 's.id', 'l.station_id')
    .where('l.procedure_id', '=', procedureId)
    .select(['s.id', 's.name'])
    .orderBy('s.name_key')
    .execute();
}
