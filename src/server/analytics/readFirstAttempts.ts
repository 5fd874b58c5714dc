import { firstAttempts } from '../../shared/analytics/summarizeDay.ts';
import type { Store } from '../store/tables.ts';
import { isCounted } from './countedRuns.ts';
import type { Day } from './daySummaries.ts';

/** Returns the ids of the runs that were the first attempt of their unit on one of the days. */
export async function readFirstAttempts(store: Store, procedureId: string, days: readonly Day[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { startsAt, endsAt } of days) {
    const runs = await store
      .selectFrom('runs as r')
      .innerJoin('units as u', 'u.id', 'r.unit_id')
      .select([
        'r.id',
        'r.procedure_id',
        'r.unit_id',
        'u.sample',
        'r.outcome',
        'r.started_at',
        'r.created_at',
        'r.created_by_station_id as station_id',
      ])
      .where('r.procedure_id', '=', procedureId)
      .where('r.started_at', '>=', startsAt)
      .where('r.started_at', '<', endsAt)
      .where(isCounted('r'))
      .execute();
    for (const { id } of firstAttempts(runs)) ids.push(id);
  }
  return ids;
}
