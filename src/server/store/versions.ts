import { randomUUID } from 'node:crypto';
import { fold } from './fold.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';

export async function findVersion(store: Store, procedureId: string, tag: string) {
  return store
    .selectFrom('procedure_versions as v')
    .leftJoin('users as who', 'who.id', 'v.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'v.created_by_station_id')
    .select(['v.id', 'v.tag', 'v.created_at'])
    .select(['who.id as user_id', 'who.name as user_name', 's.id as station_id', 's.name as station_name'])
    .where('v.procedure_id', '=', procedureId)
    .where('v.tag_key', '=', fold(tag))
    .executeTakeFirst();
}

export async function insertVersion(
  change: StoreTransaction,
  procedure_id: string,
  tag: string,
  by: Creator,
): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('procedure_versions')
    .values({ id, procedure_id, tag, tag_key: fold(tag), created_at: Date.now(), ...by })
    .execute();
  return id;
}

/** Deletes a version. The caller has checked that no run has it. */
export async function deleteVersion(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('procedure_versions').where('id', '=', id).execute();
}
