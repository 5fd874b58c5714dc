import { randomUUID } from 'node:crypto';
import type { Tables, Change, Store } from './tables.ts';

export type PauseRow = Tables['pauses'];

export async function insertPause(change: Change, pause: Omit<PauseRow, 'id'>): Promise<PauseRow> {
  const row = { ...pause, id: randomUUID() };
  await change.insertInto('pauses').values(row).execute();
  return row;
}

export async function findPause(store: Store, stationId: string, id: string): Promise<PauseRow | undefined> {
  return store
    .selectFrom('pauses')
    .selectAll()
    .where('id', '=', id)
    .where('station_id', '=', stationId)
    .executeTakeFirst();
}

/**
 * One without an end that a pause would overlap; two such would count the time once, and nobody knew which to end.
 * @param ends_at null: the new one has no end either
 */
export async function openPauseWithin(
  store: Store,
  stationId: string,
  endsAt: number | null,
): Promise<PauseRow | undefined> {
  let query = store.selectFrom('pauses').selectAll().where('station_id', '=', stationId).where('ends_at', 'is', null);
  if (endsAt !== null) query = query.where('starts_at', '<', endsAt);
  return query.orderBy('starts_at').executeTakeFirst();
}

export async function setPauseEnd(change: Change, id: string, endsAt: number): Promise<void> {
  await change.updateTable('pauses').set({ ends_at: endsAt }).where('id', '=', id).execute();
}

export async function deletePause(change: Change, id: string): Promise<void> {
  await change.deleteFrom('pauses').where('id', '=', id).execute();
}
