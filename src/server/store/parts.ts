import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { MetadataFilter } from '../../shared/contract/metadata.ts';
import { containing, fold } from './fold.ts';
import { hasMetadata } from './metadata.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';

interface PartRow {
  id: string;
  number: string;
  name: string;
  created_at: number;
  metadata_json: string;
}

export interface PartDetails extends PartRow {
  user_id: string | null;
  user_name: string | null;
  station_id: string | null;
  station_name: string | null;
}

const select = (store: Store) =>
  store
    .selectFrom('parts as p')
    .leftJoin('users as who', 'who.id', 'p.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'p.created_by_station_id')
    .select(['p.id', 'p.number', 'p.name', 'p.created_at', 'p.metadata_json'])
    .select(['who.id as user_id', 'who.name as user_name', 's.id as station_id', 's.name as station_name']);

export async function findPart(store: Store, number: string): Promise<PartDetails | null> {
  return (await select(store).where('p.number_key', '=', fold(number)).executeTakeFirst()) ?? null;
}

export async function insertPart(
  change: StoreTransaction,
  { number, name, metadata_json }: { number: string; name: string; metadata_json?: string },
  by: Creator,
): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('parts')
    .values({
      id,
      number,
      number_key: fold(number),
      name,
      name_key: fold(name),
      created_at: Date.now(),
      ...(metadata_json === undefined ? {} : { metadata_json }),
      ...by,
    })
    .execute();
  return id;
}

export async function updatePart(
  change: StoreTransaction,
  id: string,
  { number, name, metadata_json }: { number: string; name: string; metadata_json: string },
): Promise<void> {
  await change
    .updateTable('parts')
    .set({ number, number_key: fold(number), name, name_key: fold(name), metadata_json })
    .where('id', '=', id)
    .execute();
}

/** Deletes a part and its revisions. The caller has checked that it has no units. */
export async function deletePart(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('parts').where('id', '=', id).execute();
}

export async function listParts(
  store: Store,
  filter: {
    search?: string | undefined;
    procedureIds?: readonly string[] | undefined;
    metadata?: MetadataFilter | undefined;
    sortBy: 'name' | 'number' | 'created_at';
    sortOrder: 'asc' | 'desc';
    limit: number;
    cursor: number;
  },
): Promise<PartRow[]> {
  const { search, procedureIds, metadata, sortBy, sortOrder } = filter;
  let query = store.selectFrom('parts as p').select(['p.id', 'p.number', 'p.name', 'p.created_at', 'p.metadata_json']);
  if (search) {
    const pattern = containing(search);
    query = query.where(
      sql<boolean>`(p.number_key like ${pattern} escape '\\' or p.name_key like ${pattern} escape '\\')`,
    );
  }
  if (procedureIds) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('revisions as rev')
          .innerJoin('runs as r', 'r.revision_id', 'rev.id')
          .select('rev.id')
          .whereRef('rev.part_id', '=', 'p.id')
          .where('r.procedure_id', 'in', procedureIds),
      ),
    );
  }
  if (metadata) query = query.where(hasMetadata('p.metadata_json', metadata));
  return query
    .orderBy(sortBy === 'created_at' ? 'p.created_at' : `p.${sortBy}_key`, sortOrder)
    .orderBy(sql`p.rowid`, sortOrder)
    .limit(filter.limit + 1)
    .offset(filter.cursor)
    .execute();
}
