import { sql } from 'kysely';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import type { PresenceReport } from '../../shared/uptime/presence.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { isTextOfSmallTableIn, plannedOnce } from './words.ts';

export interface StoredPresence {
  station_id: string;
  state: StationState;
  since: number | null;
  last_seen_at: number | null;
  operator_address: string | null;
  heartbeat_millis: number | null;
  last_at: number | null;
  last_is_up: 0 | 1 | null;
}

export async function storedPresences(store: Store): Promise<StoredPresence[]> {
  const { rows } = await sql<StoredPresence>`
    select p.station_id, p.state, p.since, p.last_seen_at, p.operator_address, p.heartbeat_millis,
      t.at as last_at, t.is_up as last_is_up
    from presence as p join stations as s on s.id = p.station_id
    left join transitions as t on t.presence_key = p.key
      and t.at = (select max(at) from transitions where presence_key = p.key)
    where s.archived_at is null`.execute(store);
  return rows;
}

/** A server that starts does not know who is still connected. @param at when the previous server last watched; null if none did */
export async function resetPresence(change: StoreTransaction, at: number | null): Promise<void> {
  await change
    .updateTable('presence')
    .set({ state: 'unknown', since: at, last_seen_at: at })
    .where('state', 'in', ['connected', 'running'])
    .execute();
}

export interface PresenceChange {
  stationId: string;
  state: StationState;
  since: number | null;
  lastSeen: number | null;
  heartbeatMillis: number | null;
  transitions: readonly PresenceReport[];
}

export async function savePresence(change: StoreTransaction, changed: PresenceChange): Promise<void> {
  const key = await keyOfPresence(change, changed.stationId);
  if (key === null) return;
  const { state, since, lastSeen: last_seen_at, heartbeatMillis: heartbeat_millis } = changed;
  await change.updateTable('presence').set({ last_seen_at, heartbeat_millis }).where('key', '=', key).execute();
  // Updating the state triggers an event for windows, so it is updated only if it differs.
  await change
    .updateTable('presence')
    .set({ state, since })
    .where('key', '=', key)
    .where((where) => where.or([where('state', '!=', state), where('since', 'is distinct from', since)]))
    .execute();
  for (const { at, isUp, cause } of changed.transitions) await insertTransition(change, key, { at, isUp, cause });
}

async function keyOfPresence(change: StoreTransaction, stationId: string): Promise<number | null> {
  const known = await change
    .selectFrom('presence')
    .select('key')
    .where('station_id', '=', stationId)
    .executeTakeFirst();
  if (known) return known.key;
  const { rows } = await sql<{ key: number }>`
    insert into presence (station_id) select id from stations where id = ${stationId} and archived_at is null
    returning key`.execute(change);
  return rows[0]?.key ?? null;
}

async function insertTransition(
  change: StoreTransaction,
  presence_key: number,
  { at, isUp, cause }: PresenceReport,
): Promise<void> {
  await change
    .insertInto('transitions')
    .values({ presence_key, at, is_up: isUp ? 1 : 0, cause })
    .execute();
}

export async function setOperatorAddress(
  change: StoreTransaction,
  stationId: string,
  address: string | null,
): Promise<void> {
  const key = await keyOfPresence(change, stationId);
  await change.updateTable('presence').set({ operator_address: address }).where('key', '=', key).execute();
}

/**
 * Replaces a station's transitions around a time by those that `rule` returns.
 * @param from, to milliseconds since 1970; the last transition before and the first one after are passed to `rule` too
 * @returns the station's last transition afterwards; null if it has none
 */
export async function replaceTransitions(
  change: StoreTransaction,
  stationId: string,
  { from, to }: { from: number; to: number },
  rule: (transitions: readonly PresenceReport[]) => readonly PresenceReport[],
): Promise<{ at: number; isUp: boolean } | null> {
  const key = await keyOfPresence(change, stationId);
  if (key === null) return null;
  const { rows } = await sql<{ at: number; is_up: 0 | 1; cause: PresenceCause }>`
    select at, is_up, cause from transitions where presence_key = ${key}
    and at >= coalesce((select max(at) from transitions where presence_key = ${key} and at < ${from}), 0)
    and at <= coalesce((select min(at) from transitions where presence_key = ${key} and at > ${to}), ${to})
    order by at`.execute(change);
  const before = rows.map(({ at, is_up, cause }): PresenceReport => ({ at, isUp: is_up === 1, cause }));
  const after = rule(before);
  const removed = before.filter((each) => !after.some((other) => isSame(each, other)));
  const added = after.filter((each) => !before.some((other) => isSame(each, other)));
  for (const { at } of removed) {
    await change.deleteFrom('transitions').where('presence_key', '=', key).where('at', '=', at).execute();
  }
  for (const each of added) await insertTransition(change, key, each);
  const last = await change
    .selectFrom('transitions')
    .select(['at', 'is_up'])
    .where('presence_key', '=', key)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ? { at: last.at, isUp: last.is_up === 1 } : null;
}

const isSame = (a: PresenceReport, b: PresenceReport): boolean =>
  a.at === b.at && a.isUp === b.isUp && a.cause === b.cause;

export async function presencesOf(store: Store, stationIds: readonly string[]) {
  const rows = await store
    .selectFrom('presence')
    .where(isTextOfSmallTableIn('station_id', stationIds))
    .select(['station_id', 'state', 'since', 'last_seen_at', 'operator_address'])
    .modifyEnd(plannedOnce)
    .execute();
  return new Map(rows.map((row) => [row.station_id, row]));
}
