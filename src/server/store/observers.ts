import type { TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** Stores that a server starts to watch. Returns the key of its interval. */
export async function startInterval(change: StoreTransaction, startedAt: number, aliveAt: number): Promise<number> {
  const { key } = await change
    .insertInto('observers')
    .values({ started_at: startedAt, alive_at: aliveAt })
    .returning('key')
    .executeTakeFirstOrThrow();
  return key;
}

export async function extendInterval(change: StoreTransaction, key: number, aliveAt: number): Promise<void> {
  await change.updateTable('observers').set({ alive_at: aliveAt }).where('key', '=', key).execute();
}

/** Returns when a server was last known to watch; null if none ever did. */
export async function lastAlive(store: Store): Promise<number | null> {
  const last = await store
    .selectFrom('observers')
    .select('alive_at')
    .orderBy('key', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.alive_at ?? null;
}

/** Returns when servers watched within a time, in order. */
export async function observedWithin(store: Store, { from, to }: TimeSpan): Promise<TimeSpan[]> {
  return store
    .selectFrom('observers')
    .where('alive_at', '>', from)
    .where('started_at', '<', to)
    .select(['started_at as from', 'alive_at as to'])
    .orderBy('started_at')
    .execute();
}

/** Returns all times in which a server watched, in any order. */
export async function allObservers(store: Store): Promise<TimeSpan[]> {
  return store.selectFrom('observers').select(['started_at as from', 'alive_at as to']).execute();
}
