import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DayColumns } from '../contract/uptime.ts';
import { cellsOf } from '../domain/uptime.ts';
import type { Span } from '../domain/uptimeHistory.ts';
import type { Store } from './store/tables.ts';
import { pastsOf, type Seen } from './store/uptime.ts';
import { dayNumber, forgetOtherDays, type PastDays, readDays, writeDays } from './store/uptimeDays.ts';

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
      return known?.version !== days_version || known.first > first || known.first + known.complete < first + count;
    };
    for (const keys of portions(stations.filter(isOld), readAtOnce)) {
      for (const days of await readDays(this.#store, this.#zone, keys, { first, count }))
        this.#known.set(days.key, days);
      await nextTurn();
    }
    const isIncomplete = ({ key }: Seen): boolean => (this.#known.get(key)?.complete ?? 0) < count;
    const toBeMade = stations.filter(isIncomplete);
    const most = Math.max(...toBeMade.map(({ key }) => count - (this.#known.get(key)?.complete ?? 0)));
    for (const keys of portions(toBeMade, Math.max(1, Math.floor(madeAtOnce / most)))) {
      // Another request may have made them meanwhile.
      const missing = keys.filter((key) => (this.#known.get(key)?.complete ?? 0) < count);
      if (missing.length > 0) await this.#make(missing, over, first);
      await nextTurn();
    }
  }

  /** What was brought. @param first `dayNumber` */
  of(key: number, first: number, count: number): DayColumns {
    const known = this.#known.get(key);
    const place = first - (known?.first ?? first);
    const part = (name: keyof DayColumns): number[] => known?.columns[name].slice(place, place + count) ?? [];
    return {
      up: part('up'),
      down: part('down'),
      maintenance: part('maintenance'),
      paused: part('paused'),
      unknown: part('unknown'),
      incidents: part('incidents'),
    };
  }

  /** In one transaction, so that nothing comes in between that would delete what is written here. */
  async #make(keys: readonly number[], { dates, edges, observed }: DaysOver, first: number): Promise<void> {
    const complete = keys.map((key) => this.#known.get(key)?.complete ?? 0);
    const place = Math.min(...complete);
    const missing = edges.slice(place, dates.length + 1);
    const span = { from: missing[0] ?? 0, to: missing.at(-1) ?? 0 };
    const made = await this.#store.transaction().execute(async (change) => {
      const days = (await pastsOf(change, keys, span)).flatMap(({ key, marks, pauses }) =>
        cellsOf({ marks, pauses, observed, now: span.to }, missing).map((time, n) => ({
          key,
          date: dates[place + n] ?? '',
          time,
        })),
      );
      await writeDays(change, this.#zone, days);
      return readDays(change, this.#zone, keys, { first, count: dates.length });
    });
    for (const days of made) this.#known.set(days.key, days);
  }
}

function* portions(stations: readonly Seen[], size: number): Generator<number[]> {
  for (let place = 0; place < stations.length; place += size)
    yield stations.slice(place, place + size).map(({ key }) => key);
}
