import { randomUUID } from 'node:crypto';
import type { Pause } from '../../shared/contract/pauses.ts';
import type { Store, StoreTransaction, Tables } from './tables.ts';
import { isoTime, isoTimeOrNull } from './time.ts';
import { isTextIn, plannedOnce } from './words.ts';

export type PauseRow = Tables['pauses'];

export async function insertPause(change: StoreTransaction, pause: Omit<PauseRow, 'id'>): Promise<PauseRow> {
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

/** Of two such pauses at once, it would be unclear which one to end. @param endsAt the end of the new pause; null if it has none */
export async function openPauseWithin(
  store: Store,
  stationId: string,
  endsAt: number | null,
): Promise<PauseRow | undefined> {
  let query = store.selectFrom('pauses').selectAll().where('station_id', '=', stationId).where('ends_at', 'is', null);
  if (endsAt !== null) query = query.where('starts_at', '<', endsAt);
  return query.orderBy('starts_at').executeTakeFirst();
}

export async function pausesFrom(
  store: Store,
  stationIds: readonly string[],
  time: number,
): Promise<Map<string, Pause[]>> {
  const rows = await store
    .selectFrom('pauses')
    .selectAll()
    .where(isTextIn('station_id', stationIds))
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', time)]))
    .orderBy('starts_at')
    .orderBy('id')
    .modifyEnd(plannedOnce)
    .execute();
  const byStation = Map.groupBy(rows, ({ station_id }) => station_id);
  return new Map([...byStation].map(([station, pauses]) => [station, pauses.map(asPause)]));
}

export async function setPauseEnd(change: StoreTransaction, id: string, endsAt: number): Promise<void> {
  await change.updateTable('pauses').set({ ends_at: endsAt }).where('id', '=', id).execute();
}

export async function deletePause(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('pauses').where('id', '=', id).execute();
}

export const asPause = ({ id, kind, starts_at, ends_at, note }: Omit<PauseRow, 'station_id'>): Pause => ({
  id,
  kind,
  starts_at: isoTime(starts_at),
  ends_at: isoTimeOrNull(ends_at),
  note,
});
