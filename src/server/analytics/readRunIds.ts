import { firstAttempts } from '../../shared/analytics/summarizeDay.ts';
import type { AnalyticsFilter } from '../../shared/contract/analytics.ts';
import { countedRuns } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import type { Day } from './daySummaries.ts';
import { shiftsOfRuns } from './shiftOfRun.ts';

/**
 * Returns the ids of the runs that a filter selects by what is not stored with them: whether they were the first attempt of
 * their unit on the day, and their shift. Null if the filter selects by neither.
 */
export async function readRunIds(
  store: Store,
  procedureId: string,
  days: readonly Day[],
  { attempts, shifts = [] }: Pick<AnalyticsFilter, 'attempts' | 'shifts'>,
): Promise<string[] | null> {
  if (attempts === 'all' && shifts.length === 0) return null;
  const shiftOf = await shiftsOfRuns(store, days);
  const ids: string[] = [];
  for (const { startsAt, endsAt } of days) {
    const runs = await countedRuns(store, procedureId, startsAt, endsAt).execute();
    for (const run of attempts === 'all' ? runs : firstAttempts(runs)) {
      if (shifts.length === 0 || shifts.includes(shiftOf(run) ?? '')) ids.push(run.id);
    }
  }
  return ids;
}
