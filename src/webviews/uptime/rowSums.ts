import type { DayColumns, Days, Durations, UptimeRow } from '../../shared/contract/uptime.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';

const known = new WeakMap<UptimeRow, Map<number, Durations>>();

/** Returns the sum of a row's last days. It is cached by row, because a changed row is a new object. */
export function lastDaysOf(row: UptimeRow, days: Days, count: number): Durations {
  const sums = known.get(row) ?? new Map<number, Durations>();
  known.set(row, sums);
  const sum = sums.get(count) ?? lastDays(row.columns, days, count);
  sums.set(count, sum);
  return sum;
}

export function sumRows(rows: readonly UptimeRow[], { dates }: Days): DayColumns {
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
