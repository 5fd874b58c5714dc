import { sql } from 'kysely';
import { mergeSpans, type TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import { isCounted } from './countedRuns.ts';
import { selectRuns } from './runs.ts';
import type { Store } from './tables.ts';
import { isTextOfSmallTableIn, plannedOnce } from './words.ts';

/** A run that started longer before a time is not considered: finding it would require reading all earlier runs. */
export const longestRunMs = 7 * 86_400_000;

export async function timeInRuns(store: Store, stationId: string, { from, to }: TimeSpan): Promise<TimeSpan[]> {
  const spans = await store
    .selectFrom('runs')
    .where('created_by_station_id', '=', stationId)
    .where('started_at', '>=', from - longestRunMs)
    .where('started_at', '<', to)
    .where('ended_at', '>', from)
    .select(['started_at as from', 'ended_at as to'])
    .execute();
  return mergeSpans(spans);
}

export async function runsStartedIn(store: Store, stationId: string, { from, to }: TimeSpan, limit: number) {
  const started = selectRuns(store)
    .where('r.created_by_station_id', '=', stationId)
    .where('r.started_at', '>=', from)
    .where('r.started_at', '<', to);
  const { count } = await store
    .selectFrom('runs')
    .where('created_by_station_id', '=', stationId)
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const latest = await started.orderBy('r.started_at', 'desc').orderBy('r.key', 'desc').limit(limit).execute();
  return { count, latest };
}

export const lastRunOf = (stationId: string) => sql<number | null>`(
  select started_at from runs where created_by_station_id = ${sql.ref(stationId)} order by started_at desc limit 1)`;

export async function lastRuns(store: Store, stationIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await store
    .selectFrom('stations as s')
    .where(isTextOfSmallTableIn('s.id', stationIds))
    .select('s.id')
    .select(lastRunOf('s.id').as('started_at'))
    .modifyEnd(plannedOnce)
    .execute();
  return new Map(rows.flatMap(({ id, started_at }) => (started_at === null ? [] : [[id, started_at]])));
}

export async function runCountsIn(
  store: Store,
  stationId: string,
  { from, to }: TimeSpan,
): Promise<Map<string, number>> {
  const rows = await store
    .selectFrom('runs as r')
    .where('created_by_station_id', '=', stationId)
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .where(isCounted('r'))
    .select('procedure_id')
    .select(({ fn }) => fn.countAll<number>().as('runs'))
    .groupBy('procedure_id')
    .execute();
  return new Map(rows.map(({ procedure_id, runs }) => [procedure_id, runs]));
}
