import { sql } from 'kysely';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import { alternating, flattened, type PauseSpan, type TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import { numbersOf, spansOf } from './numberList.ts';
import type { Store } from './tables.ts';

/** A station in use and what is known of its connection now; null: it was never seen. */
export interface PresenceRow {
  id: string;
  name: string;
  key: number | null;
  state: StationState | null;
  since: number | null;
  last_seen_at: number | null;
  operator_address: string | null;
  history_version: number | null;
  days_version: number | null;
}

export type WatchedStation = PresenceRow & { key: number };
export const isSeen = (row: PresenceRow): row is WatchedStation => row.key !== null;

/** By name. @param id only this one */
export async function presences(store: Store, id?: string): Promise<PresenceRow[]> {
  let query = store
    .selectFrom('stations as s')
    .leftJoin('presence as p', 'p.station_id', 's.id')
    .select(['s.id', 's.name', 'p.key', 'p.state', 'p.since', 'p.last_seen_at', 'p.operator_address'])
    .select(['p.history_version', 'p.days_version'])
    .where('s.archived_at', 'is', null);
  if (id !== undefined) query = query.where('s.id', '=', id);
  return query.orderBy('s.name_key').orderBy('s.id').execute();
}

/** What happened to a station, in order, as `History` has it. */
export interface StationPast {
  key: number;
  /** Of `presence`, when it was read. */
  version: number;
  marks: readonly number[];
  pauses: PauseSpan[];
}

/**
 * What happened to these stations in a time. From before it comes what says how the station was at its beginning, and since
 * when; from after it the end of a downtime. @param from, to milliseconds since 1970
 */
export async function pastsOf(store: Store, keys: readonly number[], { from, to }: TimeSpan): Promise<StationPast[]> {
  const { rows } = await sql<{ key: number; version: number; marks: string | null; pauses: string | null }>`
    select p.key, p.history_version as version, (
      select group_concat(2 * t.at + t.is_up) from transitions as t where t.presence_key = p.key
      and t.at >= coalesce((
        select u.at from transitions as u where u.presence_key = p.key and u.at <= ${from} and u.is_up = 1
        order by u.at desc limit 1
      ), 0)
      and t.at <= coalesce((
        select u.at from transitions as u where u.presence_key = p.key and u.at >= ${to} and u.is_up = 1
        order by u.at limit 1
      ), ${Number.MAX_SAFE_INTEGER})
    ) as marks, (
      select group_concat((kind = 'paused') || ',' || starts_at || ',' || coalesce(ends_at, ${Number.MAX_SAFE_INTEGER}))
      from pauses where station_id = p.station_id
    ) as pauses
    from presence as p where p.key in (select value from json_each(${JSON.stringify(keys)}))`.execute(store);
  return rows.map(({ key, version, marks, pauses }) => ({
    key,
    version,
    marks: alternating(numbersOf(marks)),
    pauses: flattened(pauseSpans(numbersOf(pauses))),
  }));
}

function pauseSpans(numbers: readonly number[]): PauseSpan[] {
  return Array.from({ length: numbers.length / 3 }, (_, n) => {
    const [isPaused = 0, from = 0, to = 0] = numbers.slice(3 * n, 3 * n + 3);
    return { kind: isPaused === 1 ? 'paused' : 'maintenance', from, to };
  });
}

/** When this server watched. All of it: how a downtime counts that goes on for long depends on what was seen of it first. */
export async function allObservers(store: Store): Promise<TimeSpan[]> {
  const { rows } = await sql<{ list: string | null }>`
    select group_concat(started_at || ',' || alive_at) as list from observers`.execute(store);
  return spansOf(numbersOf(rows[0]?.list ?? null));
}

/** Why the station went, by when. */
export async function causesOf(
  store: Store,
  key: number | null,
  times: readonly number[],
): Promise<Map<number, PresenceCause>> {
  const rows = await store
    .selectFrom('transitions')
    .where('presence_key', '=', key)
    .where('at', 'in', times)
    .select(['at', 'cause'])
    .execute();
  return new Map(rows.map(({ at, cause }) => [at, cause]));
}

export async function pausesOf(store: Store, stationId: string, { from, to }: TimeSpan) {
  return store
    .selectFrom('pauses')
    .where('station_id', '=', stationId)
    .where('starts_at', '<', to)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', from)]))
    .select(['id', 'kind', 'starts_at', 'ends_at', 'note'])
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
}
