import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DayColumns, Durations } from '../../shared/contract/uptime.ts';
import { cellsOf } from '../../shared/uptime/uptime.ts';
import { type TimeSpan, union } from '../../shared/uptime/uptimeHistory.ts';
import { logFailure } from '../cli/logFailure.ts';
import type { Store } from '../store/tables.ts';
import { pastsOf, type WatchedStation } from '../store/uptime.ts';
import {
  columnNames,
  type ComputedDay,
  dayNumber,
  type DayWindow,
  emptyColumns,
  forgetOtherDays,
  type PastDays,
  readDays,
  withDays,
  writeDays,
} from '../store/uptimeDays.ts';

/** The longest window that can be asked for. */
const daysKept = 400;
/** So many days of stations are made at once; in between, other requests have their turn. */
const madeAtOnce = 400;
const readAtOnce = 100;

/** The days of a window that are over. */
export interface DaysOver {
  /** The time zone, by its one name. */
  zone: string;
  dates: readonly string[];
  /** One more than there are dates, or further ones. */
  edges: readonly number[];
}

/** Days that are over, of all stations that were asked for: in memory, behind that in `uptime_days`, and else made. */
export class PastDaysMemory {
  readonly #store: Store;
  readonly #over: DaysOver;
  readonly #window: DayWindow;
  /** Only with all days. */
  readonly #known = new Map<number, PastDays>();
  #tidied: Promise<void> | null = null;

  constructor(store: Store, over: DaysOver) {
    this.#store = store;
    this.#over = over;
    const { dates, edges } = over;
    this.#window = { first: dayNumber(dates[0] ?? ''), count: dates.length, places: edges.length - 1 };
  }

  /** Has the days there for these stations. */
  async bring(stations: readonly WatchedStation[], observed: readonly TimeSpan[]): Promise<void> {
    if (this.#window.count === 0) return;
    // What is too old, and what was over by a clock that has been put back.
    const today = this.#window.first + this.#window.count;
    this.#tidied ??= forgetOtherDays(this.#store, this.#over.zone, { today, oldest: today - daysKept }).catch(
      (error: unknown) => {
        this.#tidied = null; // the next request tries again; days outside of the window are not read
        logFailure('Days of the uptime that are not needed could not be removed', error);
      },
    );
    await this.#tidied;
    const old = stations.filter(({ key, days_version }) => this.#known.get(key)?.version !== days_version);
    const before = new Map(old.map(({ key }) => [key, this.#known.get(key)]));
    const toBeMade = new Map<number, TimeSpan>();
    for (const keys of portions([...before.keys()], readAtOnce)) {
      for (const days of await readDays(this.#store, this.#over.zone, keys, this.#window)) {
        if (days.missing) toBeMade.set(days.key, days.missing);
        else this.#known.set(days.key, days);
      }
      await nextTurn();
    }
    const most = Math.max(...[...toBeMade.values()].map(({ from, to }) => to - from));
    for (const keys of portions([...toBeMade.keys()], Math.max(1, Math.floor(madeAtOnce / most)))) {
      // Another request may have made them meanwhile.
      const still = keys.filter((key) => this.#known.get(key) === before.get(key));
      if (still.length > 0) await this.#make(still, union(still.flatMap((key) => toBeMade.get(key) ?? [])), observed);
      await nextTurn();
    }
  }

  /**
   * What was brought, and behind it the days that go on. The columns are those in memory: to copy the half million numbers
   * of a large fleet takes longer than all else. So they hold until the next call.
   */
  with(key: number, live: readonly Durations[]): DayColumns {
    const { count } = this.#window;
    const columns = this.#known.get(key)?.columns ?? emptyColumns(count);
    for (const name of columnNames) {
      columns[name].length = count + live.length;
      for (const [n, time] of live.entries()) columns[name][count + n] = time[name];
    }
    return columns;
  }

  /** Computes days and stores them. Where they cannot be stored, they are computed again for the next request. */
  async #make(keys: readonly number[], places: readonly TimeSpan[], observed: readonly TimeSpan[]): Promise<void> {
    try {
      for (const days of await this.#compute(keys, places, observed, true)) this.#known.set(days.key, days);
    } catch (error) {
      logFailure('Days of the uptime could not be stored', error);
      for (const days of await this.#compute(keys, places, observed, false))
        this.#known.set(days.key, { ...days, version: NaN });
    }
  }

  /** In one transaction, so that nothing comes in between that would delete what is written here. */
  async #compute(
    keys: readonly number[],
    places: readonly TimeSpan[],
    observed: readonly TimeSpan[],
    isStored: boolean,
  ): Promise<PastDays[]> {
    const { zone, dates, edges } = this.#over;
    return this.#store.transaction().execute(async (change) => {
      const computed: ComputedDay[] = [];
      for (const { from, to } of places) {
        const missing = edges.slice(from, to + 1);
        const span = { from: missing[0] ?? 0, to: missing.at(-1) ?? 0 };
        const days = (await pastsOf(change, keys, span)).flatMap(({ key, marks, pauses }) =>
          cellsOf({ marks, pauses, observed, now: span.to }, missing).map((time, n) => ({
            key,
            date: dates[from + n] ?? '',
            time,
          })),
        );
        computed.push(...days);
      }
      if (isStored) await writeDays(change, zone, computed);
      const read = await readDays(change, zone, keys, this.#window);
      return isStored ? read : withDays(read, computed, this.#window);
    });
  }
}

function* portions(keys: readonly number[], size: number): Generator<number[]> {
  for (let place = 0; place < keys.length; place += size) yield keys.slice(place, place + size);
}
