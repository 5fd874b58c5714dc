import type { StationState } from '../../shared/contract/overview.ts';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import { figuresOf } from '../../shared/uptime/uptimeFigures.ts';
import { lastDaysOf } from './rowSums.ts';

export const sortKeys = ['name', 'uptime', 'state'] as const;
export type SortKey = (typeof sortKeys)[number];

const names = new Intl.Collator(undefined, { numeric: true });
const states: readonly StationState[] = ['disconnected', 'unknown', 'running', 'connected', 'never'];

export function filterAndSort(rows: readonly UptimeRow[], days: Days, filter: string, sort: SortKey): UptimeRow[] {
  const wanted = filter.trim().toLowerCase();
  const found = rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const byName = (a: UptimeRow, b: UptimeRow): number => names.compare(a.name, b.name);
  if (sort === 'state') return found.sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) || byName(a, b));
  if (sort === 'name') return found.sort(byName);
  // Stations without a figure come last.
  const figures = new Map(found.map((row) => [row.id, figuresOf(lastDaysOf(row, days, 90)).percent ?? Infinity]));
  const figure = ({ id }: UptimeRow): number => figures.get(id) ?? Infinity;
  return found.sort((a, b) => (figure(a) === figure(b) ? byName(a, b) : figure(a) - figure(b)));
}
