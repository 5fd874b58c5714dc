import { firstAttempts } from '../../shared/analytics/summarizeDay.ts';
import { countedRuns } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import type { Day } from './daySummaries.ts';

/** Returns the ids of the runs that were the first attempt of their unit on one of the days. */
export async function readFirstAttempts(store: Store, procedureId: string, days: readonly Day[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { startsAt, endsAt } of days) {
    const runs = await countedRuns(store, procedureId, startsAt, endsAt).execute();
    for (const { id } of firstAttempts(runs)) ids.push(id);
  }
  return ids;
}
