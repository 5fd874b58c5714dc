import type { TestedRun } from '../../shared/analytics/testedRun.ts';
import { shiftsBetween, type WorkedShift } from '../../shared/shifts/shifts.ts';
import { listCalendars } from '../store/calendars.ts';
import type { Store } from '../store/tables.ts';
import type { Day } from './daySummaries.ts';

/** Returns the name of the shift in which a run started, or null outside of the shifts of its station. */
export type ShiftOfRun = (run: Pick<TestedRun, 'station_id' | 'started_at'>) => string | null;

/** @param days on which the runs start, oldest first */
export async function shiftsOfRuns(store: Store, days: readonly Day[]): Promise<ShiftOfRun> {
  const [from, to] = [days[0]?.startsAt ?? 0, days.at(-1)?.endsAt ?? 0];
  const shifts = new Map(
    (await listCalendars(store)).map(({ stationId, calendar }) => [stationId, shiftsBetween(calendar, from, to)]),
  );
  return ({ station_id, started_at }) => {
    const last = lastBefore(shifts.get(station_id ?? '') ?? [], started_at);
    return last !== undefined && started_at < last.to ? last.name : null;
  };
}

/** Returns the last shift that has begun. The shifts of a station do not overlap. */
function lastBefore(shifts: readonly WorkedShift[], at: number): WorkedShift | undefined {
  let [low, high] = [0, shifts.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((shifts[middle]?.from ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1];
}
