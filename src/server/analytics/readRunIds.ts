import { firstAttempts } from '../../shared/analytics/summarizeDay.ts';
import type { AnalyticsFilter } from '../../shared/contract/analytics.ts';
import { countedRuns } from '../store/countedRuns.ts';
import type { Store } from '../store/tables.ts';
import type { Day } from './daySummaries.ts';
import { shiftsOfRuns } from './shiftOfRun.ts';

type RunFilter = Pick<AnalyticsFilter, 'attempts' | 'shifts'>;

/** Returns whether a filter selects runs by what is not stored with them: their shift, and whether they are first attempts. */
export const needsRunIds = ({ attempts, shifts = [] }: RunFilter): boolean => attempts === 'first' || shifts.length > 0;

/** Returns the ids of the runs in the shifts that, if asked for, were the first attempt of their unit on the day. */
export async function readRunIds(
  store: Store,
  procedureId: string,
  days: readonly Day[],
  { attempts, shifts = [] }: RunFilter,
): Promise<string[]> {
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
