import { sql } from 'kysely';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import type { PresenceReport } from '../../shared/uptime/presence.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** What is stored of a station in use whose presence was ever told or is followed. */
export interface StoredPresence {
  station_id: string;
  state: StationState;
  since: number | null;
  last_seen_at: number | null;
  operator_address: string | null;
  heartbeat_millis: number | null;
  /** The last transition; null when there is none. */
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

/**
 * A server that begins does not know what those that were there do now.
 * @param at when the one before was last known to watch; null: no server did
 */
export async function forgetWhoIsThere(change: StoreTransaction, at: number | null): Promise<void> {
  await change
    .updateTable('presence')
    .set({ state: 'unknown', since: at, last_seen_at: at })
    .where('state', 'in', ['connected', 'running'])
    .execute();
}

/** What is new of a station. */
export interface PresenceChange {
  stationId: string;
  state: StationState;
  since: number | null;
  lastSeen: number | null;
  heartbeatMillis: number | null;
  /** What happened since the last time, in order. */
  told: readonly PresenceReport[];
}

/** Stores it; of a station that is not there any more, nothing. */
export async function savePresence(change: StoreTransaction, news: PresenceChange): Promise<void> {
  const key = await keyOfPresence(change, news.stationId);
  if (key === null) return;
  const { state, since, lastSeen: last_seen_at, heartbeatMillis: heartbeat_millis } = news;
  await change.updateTable('presence').set({ last_seen_at, heartbeat_millis }).where('key', '=', key).execute();
  // An update of the state is a change that windows are told of.
  await change
    .updateTable('presence')
    .set({ state, since })
    .where('key', '=', key)
    .where((where) => where.or([where('state', '!=', state), sql<boolean>`since is not ${since}`]))
    .execute();
  for (const { at, isUp, cause } of news.told) await insertTransition(change, key, { at, isUp, cause });
}

/** The key of the station's row, made if need be. @returns null when the station is not in use */
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
 * Replaces a station's transitions around a time by what `rule` makes of them.
 * @param from, to milliseconds since 1970; the last one before and the first one after belong to it
 * @returns the last transition that the station has now; null when it has none
 */
export async function changePast(
  change: StoreTransaction,
  stationId: string,
  { from, to }: { from: number; to: number },
  rule: (told: readonly PresenceReport[]) => readonly PresenceReport[],
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
  const gone = before.filter((each) => !after.some((other) => isSame(each, other)));
  const come = after.filter((each) => !before.some((other) => isSame(each, other)));
  for (const { at } of gone) {
    await change.deleteFrom('transitions').where('presence_key', '=', key).where('at', '=', at).execute();
  }
  // The end of a time first: then days after it are not touched.
  for (const each of come.toReversed()) await insertTransition(change, key, each);
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

/** What the overview tells of these stations; those that nothing told of are missing. */
export async function presencesOf(store: Store, stationIds: readonly string[]) {
  const rows = await store
    .selectFrom('presence')
    .where('station_id', 'in', stationIds)
    .select(['station_id', 'state', 'since', 'last_seen_at', 'operator_address'])
    .execute();
  return new Map(rows.map((row) => [row.station_id, row]));
}
