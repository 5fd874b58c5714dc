import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { containing, fold } from './fold.ts';
import { isReadableUnit, type Reader } from './readers.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';

const select = (store: Store) =>
  store
    .selectFrom('batches as b')
    .leftJoin('users as who', 'who.id', 'b.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'b.created_by_station_id')
    .select(['b.id', 'b.number', 'b.created_at'])
    .select(['who.id as user_id', 'who.name as user_name', 's.id as station_id', 's.name as station_name']);

export async function findBatch(store: Store, number: string) {
  return select(store).where('b.number_key', '=', fold(number)).executeTakeFirst();
}

export async function insertBatch(change: StoreTransaction, number: string, by: Creator): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('batches')
    .values({ id, number, number_key: fold(number), created_at: Date.now(), ...by })
    .execute();
  return id;
}

export async function findOrCreateBatch(change: StoreTransaction, number: string, by: Creator): Promise<string> {
  const known = await findBatch(change, number);
  return known?.id ?? insertBatch(change, number, by);
}

export async function renameBatch(change: StoreTransaction, id: string, number: string): Promise<void> {
  await change
    .updateTable('batches')
    .set({ number, number_key: fold(number) })
    .where('id', '=', id)
    .execute();
}

/** Deletes a batch. Its units stay, without a batch. */
export async function deleteBatch(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('batches').where('id', '=', id).execute();
}

export async function listBatches(
  store: Store,
  filter: {
    search?: string | undefined;
    ids?: readonly string[] | undefined;
    numbers?: readonly string[] | undefined;
    partNumbers?: readonly string[] | undefined;
    revisionNumbers?: readonly string[] | undefined;
    createdAfter?: number | undefined;
    createdBefore?: number | undefined;
    sortBy: 'number' | 'created_at';
    sortOrder: 'asc' | 'desc';
    limit: number;
    cursor: number;
  },
) {
  const { partNumbers, revisionNumbers, sortOrder } = filter;
  let query = select(store).select('b.unit_count');
  if (filter.search) query = query.where(sql<boolean>`b.number_key like ${containing(filter.search)} escape '\\'`);
  if (filter.ids) query = query.where('b.id', 'in', filter.ids);
  if (filter.numbers) query = query.where('b.number_key', 'in', filter.numbers.map(fold));
  if (filter.createdAfter !== undefined) query = query.where('b.created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('b.created_at', '<=', filter.createdBefore);
  if (partNumbers ?? revisionNumbers) {
    query = query.where('b.id', 'in', (where) => {
      let units = where
        .selectFrom('units as u')
        .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
        .innerJoin('parts as p', 'p.id', 'rev.part_id')
        .where('u.batch_id', 'is not', null)
        .select('u.batch_id');
      if (partNumbers) units = units.where('p.number_key', 'in', partNumbers.map(fold));
      if (revisionNumbers) units = units.where('rev.number_key', 'in', revisionNumbers.map(fold));
      return units.$castTo<{ batch_id: string }>();
    });
  }
  return query
    .orderBy(filter.sortBy === 'number' ? 'b.number_key' : 'b.created_at', sortOrder)
    .orderBy(sql`b.rowid`, sortOrder)
    .limit(filter.limit + 1)
    .offset(filter.cursor)
    .execute();
}

export async function unitsOfBatch(store: Store, batchId: string, reader: Reader) {
  return store
    .selectFrom('units as u')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as p', 'p.id', 'rev.part_id')
    .select(['u.id', 'u.serial_number', 'u.created_at', 'rev.id as revision_id', 'rev.number as revision_number'])
    .select(['p.id as part_id', 'p.number as part_number', 'p.name as part_name'])
    .where('u.batch_id', '=', batchId)
    .where(isReadableUnit(reader))
    .orderBy('u.serial_key')
    .execute();
}
