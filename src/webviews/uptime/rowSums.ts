import type { DayColumns, Days, Durations, UptimeRow } from '../../shared/contract/uptime.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';
import { columnsBy } from '../../shared/uptime/uptimeColumns.ts';

const known = new WeakMap<UptimeRow, Map<number, Durations>>();

/** Returns the sum of a row's last days. It is cached by row, because a changed row is a new object. */
export function lastDaysOf(row: UptimeRow, days: Days, count: number): Durations {
  const sums = known.get(row) ?? new Map<number, Durations>();
  known.set(row, sums);
  const sum = sums.get(count) ?? lastDays(row.columns, days, count);
  sums.set(count, sum);
  return sum;
}

export const sumRows = (rows: readonly UptimeRow[], { dates }: Days): DayColumns =>
  columnsBy((name) => {
    const sums = dates.map(() => 0);
    for (const { columns } of rows) columns[name].forEach((value, day) => (sums[day] = (sums[day] ?? 0) + value));
    return sums;
  });
