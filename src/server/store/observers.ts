import type { TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import type { Store, StoreTransaction } from './tables.ts';

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

export async function lastAlive(store: Store): Promise<number | null> {
  const last = await store
    .selectFrom('observers')
    .select('alive_at')
    .orderBy('key', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.alive_at ?? null;
}

export async function observedWithin(store: Store, { from, to }: TimeSpan): Promise<TimeSpan[]> {
  return store
    .selectFrom('observers')
    .where('alive_at', '>', from)
    .where('started_at', '<', to)
    .select(['started_at as from', 'alive_at as to'])
    .orderBy('started_at')
    .execute();
}

export async function allObservers(store: Store): Promise<TimeSpan[]> {
  return store.selectFrom('observers').select(['started_at as from', 'alive_at as to']).execute();
}
