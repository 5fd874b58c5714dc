import { weekdays, type WorkCalendar } from '../contract/shifts.ts';
import { Calendar } from '../uptime/uptimeCalendar.ts';

type Shift = WorkCalendar['shifts'][number];

/** A shift on a day. It lasts from `from` to before `to`, in milliseconds since 1970. */
export interface WorkedShift {
  readonly name: string;
  readonly date: string;
  readonly from: number;
  readonly to: number;
}

const dayMs = 86_400_000;
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

/**
 * Returns the shifts that overlap a span of time, in their order. A shift begins at the first instant at which the clock of
 * the time zone shows its time or a later one, and ends likewise: it is an hour shorter or longer when the clocks change
 * within it.
 */
export function shiftsBetween(calendar: WorkCalendar, from: number, to: number): WorkedShift[] {
  const zone = new Calendar(calendar.time_zone);
  const holidays = new Set(calendar.holidays.map(({ date }) => date));
  const found: WorkedShift[] = [];
  const last = Date.parse(zone.dateAt(to));
  for (let day = Date.parse(zone.dateAt(from)) - dayMs; day <= last; day += dayMs) {
    const date = dateOf(day);
    if (holidays.has(date)) continue;
    const weekday = weekdays[(new Date(day).getUTCDay() + 6) % 7];
    for (const shift of calendar.shifts) {
      if (!shift.days.some((each) => each === weekday)) continue;
      const ends = minutesOf(shift.to);
      const begins = minutesOf(shift.from);
      const worked = {
        name: shift.name,
        date,
        from: zone.instantOf(date, begins),
        to: ends > begins ? zone.instantOf(date, ends) : zone.instantOf(dateOf(day + dayMs), ends),
      };
      if (worked.from < to && worked.to > from && worked.from < worked.to) found.push(worked);
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

export const shiftAt = (calendar: WorkCalendar, at: number): WorkedShift | null =>
  shiftsBetween(calendar, at, at + 1)[0] ?? null;

/** Returns the names of two shifts that are at the same time in some week, or null. A shift can be at the same time as itself. */
export function overlapOf({ shifts }: Pick<WorkCalendar, 'shifts'>): readonly [string, string] | null {
  const spans = shifts.flatMap((shift) => shift.days.map((day) => ({ name: shift.name, ...weekSpan(shift, day) })));
  for (const [index, one] of spans.entries()) {
    for (const other of spans.slice(index + 1)) {
      const shifted = [-weekMinutes, 0, weekMinutes];
      if (shifted.some((by) => one.from < other.to + by && other.from + by < one.to)) return [one.name, other.name];
    }
  }
  return null;
}

function weekSpan({ from, to }: Shift, day: Shift['days'][number]): { from: number; to: number } {
  const start = weekdays.indexOf(day) * dayMinutes;
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  return { from: start + begins, to: start + ends + (ends > begins ? 0 : dayMinutes) };
}

const dateOf = (day: number): string => new Date(day).toISOString().slice(0, 10);

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
