import { mergeSpans, type TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import { selectRuns } from './runs.ts';
import type { Store } from './tables.ts';

/** A run that started longer before a time is not considered: finding it would require reading all earlier runs. */
const longestRun = 7 * 86_400_000;

/** Returns when the station was in runs. Runs at the same time count once. */
export async function timeInRuns(store: Store, stationId: string, { from, to }: TimeSpan): Promise<TimeSpan[]> {
  const spans = await store
    .selectFrom('runs')
    .where('created_by_station_id', '=', stationId)
    .where('started_at', '>=', from - longestRun)
    .where('started_at', '<', to)
    .where('ended_at', '>', from)
    .select(['started_at as from', 'ended_at as to'])
    .execute();
  return mergeSpans(spans);
}

/** Returns the number of runs of the station that started in a time, and the latest of them. */
export async function runsBegunIn(store: Store, stationId: string, { from, to }: TimeSpan, limit: number) {
  const begun = selectRuns(store)
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
  const latest = await begun.orderBy('r.started_at', 'desc').orderBy('r.key', 'desc').limit(limit).execute();
  return { count, latest };
}
