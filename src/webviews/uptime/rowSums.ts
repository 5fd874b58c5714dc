import type { DayColumns, Days, Durations, UptimeRow } from '../../shared/contract/uptime.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';

const known = new WeakMap<UptimeRow, Map<number, Durations>>();

/** The sum of a row's last days, made once a row: a row that has changed is another one. */
export function lastDaysOf(row: UptimeRow, days: Days, count: number): Durations {
  const sums = known.get(row) ?? new Map<number, Durations>();
  known.set(row, sums);
  const sum = sums.get(count) ?? lastDays(row.columns, days, count);
  sums.set(count, sum);
  return sum;
}

/** The days of all rows together, as if they were one row: so that a fleet's sums are as cheap as a station's. */
export function allTogether(rows: readonly UptimeRow[], { dates }: Days): DayColumns {
  const sum = (name: keyof DayColumns): number[] => {
    const column = dates.map(() => 0);
    for (const { columns } of rows) columns[name].forEach((value, day) => (column[day] = (column[day] ?? 0) + value));
    return column;
  };
  return {
    up: sum('up'),
    down: sum('down'),
    maintenance: sum('maintenance'),
    paused: sum('paused'),
    unknown: sum('unknown'),
    incidents: sum('incidents'),
  };
}
