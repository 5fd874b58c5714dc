import type { WorkCalendar } from '../contract/shifts.ts';
import type { ShiftUptime } from '../contract/uptime.ts';
import { cellsOf, lengthsIn, sumOf, zeroDurations } from '../uptime/uptime.ts';
import type { History, TimeSpan } from '../uptime/uptimeHistory.ts';
import { shiftsBetween } from './shifts.ts';

/**
 * Returns the uptime of a station within its shifts up to now, by the name of the shift, in the order of the calendar. An
 * incident counts in the shift in which it began, and in none if it began between shifts.
 * @param inRuns when the station had runs, in order and without overlaps
 */
export function shiftUptimes(
  calendar: WorkCalendar,
  history: History,
  inRuns: readonly TimeSpan[],
  { from, to }: TimeSpan,
): ShiftUptime[] {
  const end = Math.min(to, history.now);
  const shifts = shiftsBetween(calendar, from, end).map((shift) => ({
    name: shift.name,
    from: Math.max(shift.from, from),
    to: Math.min(shift.to, end),
  }));
  // Every second cell is the time between two shifts.
  const edges = shifts.flatMap((shift) => [shift.from, shift.to]);
  const cells = cellsOf(history, edges);
  const lengths = lengthsIn(inRuns, edges);
  const found = shifts.map((shift, index) => ({
    name: shift.name,
    planned: shift.to - shift.from,
    durations: cells[2 * index] ?? zeroDurations(),
    in_runs: lengths[2 * index] ?? 0,
  }));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const byName = Map.groupBy(found, ({ name }) => name);
  return [...new Set(calendar.shifts.map(({ name }) => name))].flatMap((name) => {
    const same = byName.get(name);
    if (same === undefined) return [];
    return {
      name,
      planned: sum(same.map(({ planned }) => planned)),
      durations: sumOf(same.map(({ durations }) => durations)),
      in_runs: sum(same.map((shift) => shift.in_runs)),
    };
  });
}
