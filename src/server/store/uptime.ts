import { sql } from 'kysely';
import * as z from 'zod';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import { mergePauses, normalizeMarks, type PauseSpan, type TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import type { Store } from './tables.ts';
import { isNumberIn, word } from './words.ts';

/** A station in use and the state of its connection; null in a field: it was never seen. */
export interface PresenceRow {
  id: string;
  name: string;
  key: number | null;
  state: StationState | null;
  since: number | null;
  last_seen_at: number | null;
  operator_address: string | null;
  history_version: number | null;
  rewrite_version: number | null;
}

export type StationWithPresence = PresenceRow & { key: number };
export const hasPresence = (row: PresenceRow): row is StationWithPresence => row.key !== null;

export async function listPresences(store: Store, id?: string): Promise<PresenceRow[]> {
  let query = store
    .selectFrom('stations as s')
    .leftJoin('presence as p', 'p.station_id', 's.id')
    .select(['s.id', 's.name', 'p.key', 'p.state', 'p.since', 'p.last_seen_at', 'p.operator_address'])
    .select(['p.history_version', 'p.rewrite_version'])
    .where('s.archived_at', 'is', null);
  if (id !== undefined) query = query.where('s.id', '=', id);
  return query.orderBy('s.name_key').orderBy('s.id').execute();
}

export interface StationHistory {
  key: number;
  version: number;
  rewriteVersion: number;
  marks: readonly number[];
  pauses: PauseSpan[];
}

const markList = z.array(z.number());
const pauseList = z.array(z.object({ kind: z.enum(['maintenance', 'paused']), from: z.number(), to: z.number() }));

/**
 * Reads the past of stations. It includes the last time before `from` at which the station connected, which determines its
 * state at `from`, and the first one after `to`, which ends a downtime.
 */
export async function loadHistories(
  store: Store,
  keys: readonly number[],
  { from, to }: TimeSpan,
): Promise<StationHistory[]> {
  // One JSON array per station: reading a row per transition takes three times as long.
  const { rows } = await sql<Omit<StationHistory, 'marks' | 'pauses'> & { marks: string; pauses: string }>`
    select p.key, p.history_version as version, p.rewrite_version as "rewriteVersion", (
      select ${word('jsonList', sql`2 * t.at + t.is_up`)} from transitions as t where t.presence_key = p.key
      and t.at >= coalesce((
        select u.at from transitions as u where u.presence_key = p.key and u.at <= ${from} and u.is_up = 1
        order by u.at desc limit 1
      ), 0)
      and t.at <= coalesce((
        select u.at from transitions as u where u.presence_key = p.key and u.at >= ${to} and u.is_up = 1
        order by u.at limit 1
      ), ${Number.MAX_SAFE_INTEGER})
    ) as marks, (
      select ${word('jsonList', word('pauseInJson', Number.MAX_SAFE_INTEGER))} from pauses where station_id = p.station_id
    ) as pauses
    from presence as p where ${isNumberIn('p.key', keys)}`.execute(store);
  return rows.map(({ marks, pauses, ...row }) => ({
    ...row,
    marks: normalizeMarks(markList.parse(JSON.parse(marks))),
    pauses: mergePauses(pauseList.parse(JSON.parse(pauses))),
  }));
}

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
