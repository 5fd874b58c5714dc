import type { Durations } from '../../shared/contract/uptime.ts';
import { cellsOf } from '../../shared/uptime/uptime.ts';
import type { History, TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import type { StationPast } from '../store/uptime.ts';

const hour = 3_600_000;

/** Cells of a station in the whole hours of a time, and by what they were made. */
const kept = new WeakMap<StationPast, { by: string; cells: readonly Durations[] }>();

/**
 * Cells that end now, for one station after the other. Those in whole hours that are over are kept until the next hour, or
 * until something happens to the station: with a hundred transitions in a day, that is nearly all of the work. It is
 * allowed because splitting a time changes nothing.
 */
export class LiveCells {
  /** The edges of the cells that were asked for, and those of the whole hours. */
  readonly edges: readonly number[];
  readonly #known: Pick<History, 'observed' | 'now'>;
  readonly #whole: { from: number; to: number; by: string };

  /** @param edges the last one is `now` */
  constructor(edges: readonly number[], known: Pick<History, 'observed' | 'now'>) {
    const from = Math.ceil(Math.min(...edges) / hour) * hour;
    const to = Math.max(from, Math.floor(known.now / hour) * hour);
    this.edges = [...new Set([...edges, from, to])].sort((a, b) => a - b);
    this.#known = known;
    const whole = { from: this.edges.indexOf(from), to: this.edges.indexOf(to) };
    const seen = known.observed.filter((span) => span.from < to).map((span) => [span.from, Math.min(span.to, to)]);
    this.#whole = { ...whole, by: JSON.stringify([this.edges.slice(whole.from, whole.to + 1), seen]) };
  }

  /** One less than there are edges. */
  of(past: StationPast): Durations[] {
    const { from, to, by } = this.#whole;
    const history = { marks: past.marks, pauses: past.pauses, ...this.#known };
    const known = kept.get(past);
    const whole = known?.by === by ? known.cells : cellsOf(history, this.edges.slice(from, to + 1));
    if (whole !== known?.cells) kept.set(past, { by, cells: whole });
    return [...cellsOf(history, this.edges.slice(0, from + 1)), ...whole, ...cellsOf(history, this.edges.slice(to))];
  }

  /** Where a cell that was asked for is. */
  placesOf(from: number, to: number): TimeSpan {
    return { from: this.edges.indexOf(from), to: this.edges.indexOf(to) };
  }
}
