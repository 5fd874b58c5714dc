import { lastRunOf } from './stationRuns.ts';
import type { Store } from './tables.ts';
import { isTextOfSmallTableIn, plannedOnce } from './words.ts';

/**
 * Returns what the Stations view shows of stations in use, in the order of the ids: one query instead of four, because windows ask
 * for it after each run.
 */
export async function stationSummaries(store: Store, ids: readonly string[]) {
  const rows = await store
    .selectFrom('stations as s')
    .leftJoin('api_keys as k', 'k.station_id', 's.id')
    .leftJoin('presence as p', 'p.station_id', 's.id')
    .where(isTextOfSmallTableIn('s.id', ids))
    .where('s.archived_at', 'is', null)
    .select(['s.id', 's.name', 's.group_path'])
    .select(['k.prefix', 'k.created_at as key_created_at', 'k.last_used_at as key_used_at'])
    .select(['p.state', 'p.since', 'p.last_seen_at', 'p.operator_address'])
    .select(lastRunOf('s.id').as('last_run_at'))
    .modifyEnd(plannedOnce)
    .execute();
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
