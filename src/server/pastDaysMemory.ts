import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DayColumns, Durations } from '../contract/uptime.ts';
import { cellsOf } from '../domain/uptime.ts';
import { type Span, union } from '../domain/uptimeHistory.ts';
import type { Store } from './store/tables.ts';
import { pastsOf, type Seen } from './store/uptime.ts';
import {
  columnNames,
  columnsFrom,
  dayNumber,
  forgetOtherDays,
  type PastDays,
  readDays,
  writeDays,
} from './store/uptimeDays.ts';

/** The longest window that can be asked for. */
const daysKept = 400;
/** So many days of stations are made at once; in between, other requests have their turn. */
const madeAtOnce = 400;
const readAtOnce = 100;

/** The days of a window that are over. */
interface DaysOver {
  dates: readonly string[];
  edges: readonly number[];
  observed: readonly Span[];
}

/** Days that are over, of the stations in one time zone: in memory, behind that in `uptime_days`, and else made. */
export class PastDaysMemory {
  readonly #store: Store;
  readonly #zone: string;
  readonly #known = new Map<number, PastDays>();
  #today = NaN;

  constructor(store: Store, zone: string) {
    this.#store = store;
    this.#zone = zone;
  }

  /** Forgets on a new day what is too old, and what was over by a clock that has been put back. */
  async turnTo(today: number): Promise<void> {
    if (today === this.#today) return;
    this.#today = today;
    this.#known.clear();
    await forgetOtherDays(this.#store, this.#zone, { today, oldest: today - daysKept });
  }

  /** Has these days there for these stations. */
  async bring(stations: readonly Seen[], over: DaysOver): Promise<void> {
    const count = over.dates.length;
    if (count === 0) return;
    const first = dayNumber(over.dates[0] ?? '');
    const isOld = ({ key, days_version }: Seen): boolean => {
      const known = this.#known.get(key);
      return known?.version !== days_version || known.first > first || endOf(known) < first + count;
    };
    for (const keys of portions(stations.filter(isOld), readAtOnce)) {
      for (const days of await readDays(this.#store, this.#zone, keys, { first, count }))
        this.#known.set(days.key, days);
      await nextTurn();
    }
    const toBeMade = stations.filter(({ key }) => this.#known.get(key)?.missing);
    const most = Math.max(...toBeMade.map(({ key }) => lengthOf(this.#known.get(key)?.missing)));
    for (const keys of portions(toBeMade, Math.max(1, Math.floor(madeAtOnce / most)))) {
      // Another request may have made them meanwhile.
      const missing = keys.flatMap((key) => this.#known.get(key)?.missing ?? []);
      if (missing.length > 0) await this.#make(keys, union(missing), over, first);
      await nextTurn();
    }
  }

  /**
   * What was brought, and behind it the days that go on. The columns are those in memory where they are as long as was asked
   * for: to copy the half million numbers of a large fleet takes longer than all else. So they hold until the next call.
   * @param first `dayNumber`
   */
  with(live: readonly Durations[], { key, first, count }: { key: number; first: number; count: number }): DayColumns {
    const known = this.#known.get(key);
    if (!known) return columnsFrom(live);
    const isWhole = known.first === first && known.count === count;
    const columns = isWhole ? known.columns : sliced(known.columns, first - known.first, count);
    for (const name of columnNames) {
      const column = columns[name];
      column.length = count + live.length;
      for (const [n, time] of live.entries()) column[count + n] = time[name];
    }
    return columns;
  }

  /** In one transaction, so that nothing comes in between that would delete what is written here. */
  async #make(
    keys: readonly number[],
    places: readonly Span[],
    { dates, edges, observed }: DaysOver,
    first: number,
  ): Promise<void> {
    const made = await this.#store.transaction().execute(async (change) => {
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
        await writeDays(change, this.#zone, days);
      }
      return readDays(change, this.#zone, keys, { first, count: dates.length });
    });
    for (const days of made) this.#known.set(days.key, days);
  }
}

const endOf = ({ first, count }: PastDays): number => first + count;
const lengthOf = (span: Span | null | undefined): number => (span ? span.to - span.from : 0);

function* portions(stations: readonly Seen[], size: number): Generator<number[]> {
  for (let place = 0; place < stations.length; place += size)
    yield stations.slice(place, place + size).map(({ key }) => key);
}

const sliced = ({ up, down, maintenance, paused, unknown, incidents }: DayColumns, from: number, count: number) => ({
  up: up.slice(from, from + count),
  down: down.slice(from, from + count),
  maintenance: maintenance.slice(from, from + count),
  paused: paused.slice(from, from + count),
  unknown: unknown.slice(from, from + count),
  incidents: incidents.slice(from, from + count),
});
