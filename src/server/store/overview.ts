import { sql } from 'kysely';
import type { WeekFigures } from '../../contract/overview.ts';
import type { Store } from './tables.ts';

export interface KeyRow {
  station_id: string;
  prefix: string;
  created_at: number;
  last_used_at: number | null;
}

/** The keys of these stations, at most one each. */
export async function stationKeys(store: Store, stationIds: readonly string[]): Promise<Map<string, KeyRow>> {
  const rows = await store
    .selectFrom('api_keys')
    .where('station_id', 'in', stationIds)
    .select(['station_id', 'prefix', 'created_at', 'last_used_at'])
    .execute();
  return new Map(rows.flatMap(({ station_id, ...key }) => (station_id ? [[station_id, { station_id, ...key }]] : [])));
}

/** When each of these stations last started a run; those that never did are missing. Milliseconds since 1970. */
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

/** What the station did with each procedure since then, and before `until` (milliseconds since 1970). */
export async function figuresSince(
  store: Store,
  stationId: string,
  since: number,
  until = Infinity,
): Promise<WeekFigures[]> {
  const { rows } = await sql<WeekFigures>`
    select procedure_id, count(*) as runs, sum(is_first) as first_runs, sum(is_first and outcome = 'PASS') as first_passes
    from (
      select r.procedure_id, r.outcome, not exists (
        select 1 from runs as earlier
        where earlier.unit_id = r.unit_id and earlier.procedure_id = r.procedure_id
          and (earlier.started_at, earlier.key) < (r.started_at, r.key)
      ) as is_first
      from runs as r
      where r.created_by_station_id = ${stationId} and r.started_at >= ${since} and r.started_at < ${until}
    )
    group by procedure_id`.execute(store);
  return rows;
}
