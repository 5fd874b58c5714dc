import type { Change } from '../shared/contract/events.ts';
import type { GoldenCheck } from '../shared/contract/goldenChecks.ts';
import type { StationFigures } from '../shared/contract/overview.ts';
import { yieldCounts } from '../shared/statistics/yield.ts';
import type { Calendar } from '../shared/uptime/uptimeCalendar.ts';
import { goldenChecksOf } from './goldenChecks.ts';
import type { ChangeListener, ChangeTail } from './live/changeTail.ts';
import { runCountsIn } from './store/stationRuns.ts';
import type { Store } from './store/tables.ts';
import { stationYields } from './store/yield.ts';

const hourMs = 3_600_000;

interface Computed {
  readonly figures: StationFigures;
  /** The figures hold at these times, unless something changes: the day is the same, and no check becomes due. */
  readonly from: number;
  readonly until: number;
}

/**
 * The figures of stations that are computed from their runs: the week and the golden unit checks. They are computed once until
 * something changes that enters them, for whatever number of windows.
 *
 * An answer is never older than the call: it waits until all changes that were committed before the call are known. The
 * triggers of the database record each change that enters the figures of a station, as one of that station or as one of a
 * procedure; the passing of time is checked with each call.
 */
export class StationFiguresCache implements ChangeListener {
  readonly #store: Store;
  readonly #calendar: Calendar;
  readonly #tail: ChangeTail;
  readonly #now: () => number;
  readonly #known = new Map<string, Promise<Computed>>();

  constructor(store: Store, calendar: Calendar, tail: ChangeTail, now: () => number = () => Date.now()) {
    this.#store = store;
    this.#calendar = calendar;
    this.#tail = tail;
    this.#now = now;
    tail.addListener(this);
  }

  changed(changes: readonly Change[]): void {
    for (const { kind, station_id } of changes) {
      if (kind.startsWith('procedure.')) this.#known.clear();
      else if (station_id !== null && !kind.startsWith('presence.')) this.#known.delete(station_id);
    }
  }

  missed(): void {
    this.#known.clear();
  }

  async of(stationIds: readonly string[]): Promise<Map<string, StationFigures>> {
    await this.#tail.catchUp();
    const found = new Map<string, StationFigures>();
    for (const id of stationIds) found.set(id, await this.#ofStation(id));
    return found;
  }

  async #ofStation(id: string): Promise<StationFigures> {
    const earlier = this.#known.get(id);
    const known = earlier && (await earlier);
    const now = this.#now();
    if (known !== undefined && known.from <= now && now < known.until) return known.figures;
    const computing = this.#compute(id, now);
    this.#known.set(id, computing);
    try {
      return (await computing).figures;
    } catch (error) {
      if (this.#known.get(id) === computing) this.#known.delete(id);
      throw error;
    }
  }

  async #compute(id: string, now: number): Promise<Computed> {
    const figures = await computeFigures(this.#store, this.#calendar, id, now);
    const today = this.#calendar.days(now, 1).edges;
    const bounds = [...today, ...figures.golden_checks.flatMap(endsOf)];
    return {
      figures,
      from: Math.max(...bounds.filter((bound) => bound <= now)),
      until: Math.min(...bounds.filter((bound) => bound > now)),
    };
  }
}

export async function computeFigures(
  store: Store,
  calendar: Calendar,
  stationId: string,
  now: number,
): Promise<StationFigures> {
  const { edges } = calendar.days(now, 7);
  const [from = 0, to = 0] = [edges.at(0), edges.at(-1)];
  const counts = await runCountsIn(store, stationId, { from, to });
  const yields = await stationYields(store, stationId, edges);
  return {
    week: [...counts].map(([procedure_id, runs]) => ({
      procedure_id,
      runs,
      yield: yields.get(procedure_id) ?? yieldCounts([]),
    })),
    time_zone: calendar.zone,
    golden_checks: await goldenChecksOf(store, stationId, now),
  };
}

const endsOf = ({ rule, last }: GoldenCheck): number[] =>
  Object.values(last).flatMap((run) => (run === null ? [] : [Date.parse(run.checked_at) + rule.hours * hourMs]));
