import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { fold } from './fold.ts';
import { isReadableUnit, type Reader } from './readers.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';

export interface RevisionRow {
  id: string;
  part_id: string;
  number: string;
  created_at: number;
}

export type RevisionDetails = NonNullable<Awaited<ReturnType<typeof findRevision>>>;

export const defaultRevisionNumber = 'A';

export async function findRevision(store: Store, partId: string, number: string) {
  return store
    .selectFrom('revisions as rev')
    .leftJoin('users as who', 'who.id', 'rev.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'rev.created_by_station_id')
    .select(['rev.id', 'rev.part_id', 'rev.number', 'rev.created_at', 'rev.image_id', 'rev.metadata_json'])
    .select(['who.id as user_id', 'who.name as user_name', 's.id as station_id', 's.name as station_name'])
    .where('rev.part_id', '=', partId)
    .where('rev.number_key', '=', fold(number))
    .executeTakeFirst();
}

export async function revisionsOf(store: Store, partIds: readonly string[]): Promise<RevisionRow[]> {
  return store
    .selectFrom('revisions')
    .select(['id', 'part_id', 'number', 'created_at'])
    .where('part_id', 'in', partIds)
    .orderBy('created_at')
    .orderBy(sql`rowid`)
    .execute();
}

export async function insertRevision(
  change: StoreTransaction,
  { partId, number, metadata_json }: { partId: string; number: string; metadata_json?: string },
  by: Creator,
): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('revisions')
    .values({
      id,
      part_id: partId,
      number,
      number_key: fold(number),
      created_at: Date.now(),
      ...(metadata_json === undefined ? {} : { metadata_json }),
      ...by,
    })
    .execute();
  return id;
}

export async function updateRevision(
  change: StoreTransaction,
  id: string,
  { number, image_id, metadata_json }: { number: string; image_id: string | null; metadata_json: string },
): Promise<void> {
  await change
    .updateTable('revisions')
    .set({ number, number_key: fold(number), image_id, metadata_json })
    .where('id', '=', id)
    .execute();
}

/** Deletes a revision. The caller has checked that it has no units. */
export async function deleteRevision(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('revisions').where('id', '=', id).execute();
}

export async function countUnits(store: Store, revisionIds: readonly string[]): Promise<number> {
  const { units } = await store
    .selectFrom('units')
    .where('revision_id', 'in', revisionIds)
    .select(({ fn }) => fn.countAll<number>().as('units'))
    .executeTakeFirstOrThrow();
  return units;
}

export async function unitsOfRevision(
  store: Store,
  revisionId: string,
  reader: Reader,
): Promise<{ id: string; serial_number: string }[]> {
  return store
    .selectFrom('units as u')
    .select(['u.id', 'u.serial_number'])
    .where('u.revision_id', '=', revisionId)
    .where(isReadableUnit(reader))
    .orderBy('u.serial_key')
    .execute();
}
