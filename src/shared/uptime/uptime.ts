import type { DayColumns, Days, Durations, InstantState } from '../contract/uptime.ts';
import { type History, timeOf, type TimeSpan, visitStates } from './uptimeHistory.ts';

export const zeroDurations = (): Durations => ({
  up: 0,
  down: 0,
  maintenance: 0,
  paused: 0,
  unknown: 0,
  none: 0,
  incidents: 0,
});

/**
 * Returns how long the station was in each state between each edge and the next. All bars and figures come from here.
 *
 * An incident lasts from disconnecting to reconnecting; unobserved time and pauses do not end it. It counts in the cell in
 * which it was first seen, so that every division of a time counts it once.
 *
 * @param edges milliseconds since 1970, in order @returns one cell fewer than edges
 */
export function cellsOf(history: History, edges: readonly number[]): Durations[] {
  const cells = edges.slice(1).map(zeroDurations);
  const start = edges[0] ?? 0;
  let place = 0;
  let counted = -1;
  visitStates(history, start, edges.at(-1) ?? start, (state, from, to, mark) => {
    for (let at = from; at < to;) {
      while ((edges[place + 1] ?? Infinity) <= at) place += 1;
      const cell = cells[place];
      const until = Math.min(to, edges[place + 1] ?? to);
      if (!cell) return;
      cell[state] += until - at;
      if (state === 'down' && mark !== counted) {
        counted = mark;
        if (!wasDown(history, timeOf(history.marks[mark] ?? Infinity), start)) cell.incidents += 1;
      }
      at = until;
    }
  });
  return cells;
}

function wasDown(history: History, from: number, to: number): boolean {
  let was = false;
  visitStates(history, from, to, (state) => {
    was ||= state === 'down';
  });
  return was;
}

export function lengthsIn(spans: readonly TimeSpan[], edges: readonly number[]): number[] {
  const lengths = edges.slice(1).map(() => 0);
  for (const { from, to } of spans) {
    for (let place = lastAt(edges, from); place < lengths.length && (edges[place] ?? to) < to; place += 1) {
      const part = Math.min(to, edges[place + 1] ?? to) - Math.max(from, edges[place] ?? from);
      lengths[place] = (lengths[place] ?? 0) + Math.max(0, part);
    }
  }
  return lengths;
}

const lastAt = (edges: readonly number[], at: number): number =>
  Math.max(
    0,
    edges.findLastIndex((edge) => edge <= at),
  );

export interface TimeSegment {
  state: InstantState;
  from: number;
  to: number;
}

export function segmentsOf(history: History, from: number, to: number): TimeSegment[] {
  const segments: TimeSegment[] = [];
  visitStates(history, from, to, (state, from, to) => {
    const last = segments.at(-1);
    if (last?.state === state) last.to = to;
    else segments.push({ state, from, to });
  });
  return segments;
}

export interface Downtime {
  from: number;
  to: number | null;
  /** Milliseconds of downtime without interruptions. */
  down: number;
  disconnectedAt: number;
}

/** Returns the incidents of a time with their full lengths, even if they begin before or end after it. */
export function incidentsOf(history: History, from: number, to: number): Downtime[] {
  const touched = new Set<number>();
  visitStates(history, from, to, (state, _from, _to, mark) => {
    if (state === 'down') touched.add(mark);
  });
  return [...touched].map((mark) => {
    const disconnectedAt = timeOf(history.marks[mark] ?? 0);
    const reconnectedAt = timeOf(history.marks[mark + 1] ?? Infinity);
    const segments = segmentsOf(history, disconnectedAt, Math.min(reconnectedAt, history.now));
    const seen = segments.filter(({ state }) => state === 'down');
    return {
      from: seen[0]?.from ?? disconnectedAt,
      to: reconnectedAt > history.now ? null : (seen.at(-1)?.to ?? reconnectedAt),
      down: seen.reduce((sum, { from, to }) => sum + to - from, 0),
      disconnectedAt,
    };
  });
}

/** Returns the sum for several stations or days. Percentages are computed from sums, never as means of percentages. */
export function sumOf(parts: Iterable<Durations>): Durations {
  const sum = zeroDurations();
  for (const part of parts) for (const name of names) sum[name] += part[name];
  return sum;
}

const names = ['up', 'down', 'maintenance', 'paused', 'unknown', 'none', 'incidents'] as const;

export function dayOf(columns: DayColumns, { starts, now }: Pick<Days, 'starts' | 'now'>, place: number): Durations {
  const day = zeroDurations();
  for (const name of names) if (name !== 'none') day[name] = columns[name][place] ?? 0;
  const length = (starts[place + 1] ?? now) - (starts[place] ?? now);
  day.none = Math.max(0, length - day.up - day.down - day.maintenance - day.paused - day.unknown);
  return day;
}

export function lastDays(columns: DayColumns, days: Pick<Days, 'starts' | 'now'>, count: number): Durations {
  const length = days.starts.length;
  const first = Math.max(0, length - count);
  return sumOf(Array.from({ length: length - first }, (_, n) => dayOf(columns, days, first + n)));
}
