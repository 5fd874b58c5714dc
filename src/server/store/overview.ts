import type { TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import type { Store } from './tables.ts';

interface KeyRow {
  station_id: string;
  prefix: string;
  created_at: number;
  last_used_at: number | null;
}

/** Returns the keys of stations, up to one each. */
export async function stationKeys(store: Store, stationIds: readonly string[]): Promise<Map<string, KeyRow>> {
  const rows = await store
    .selectFrom('api_keys')
    .where('station_id', 'in', stationIds)
    .select(['station_id', 'prefix', 'created_at', 'last_used_at'])
    .execute();
  return new Map(rows.flatMap(({ station_id, ...key }) => (station_id ? [[station_id, { station_id, ...key }]] : [])));
}

/** Returns when each station last started a run, in milliseconds since 1970. Stations without a run are left out. */
export async function lastRuns(store: Store, stationIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await store
    .selectFrom('stations as s')
    .where('s.id', 'in', stationIds)
    .select('s.id')
    .select((where) =>
      where
        .selectFrom('runs as r')
        .whereRef('r.created_by_station_id', '=', 's.id')
        .select('r.started_at')
        .orderBy('r.started_at', 'desc')
        .limit(1)
        .as('started_at'),
    )
    .execute();
  return new Map(rows.flatMap(({ id, started_at }) => (started_at === null ? [] : [[id, started_at]])));
}

/** Returns how many runs the station started in a time, by procedure. */
export async function runCountsIn(
  store: Store,
  stationId: string,
  { from, to }: TimeSpan,
): Promise<Map<string, number>> {
  const rows = await store
    .selectFrom('runs')
    .where('created_by_station_id', '=', stationId)
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .select('procedure_id')
    .select(({ fn }) => fn.countAll<number>().as('runs'))
    .groupBy('procedure_id')
    .execute();
  return new Map(rows.map(({ procedure_id, runs }) => [procedure_id, runs]));
}
