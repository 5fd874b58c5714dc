import type { Days, Durations, UptimeRow } from '../../contract/uptime.ts';
import { lastDays } from '../../domain/uptime.ts';

const known = new WeakMap<UptimeRow, Map<number, Durations>>();

/** The sum of a row's last days, made once a row: a row that has changed is another one. */
export function lastDaysOf(row: UptimeRow, days: Days, count: number): Durations {
  const sums = known.get(row) ?? new Map<number, Durations>();
  known.set(row, sums);
  const sum = sums.get(count) ?? lastDays(row.columns, days, count);
  sums.set(count, sum);
  return sum;
}
