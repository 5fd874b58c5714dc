import type { DayColumns, Days, Durations } from '../../shared/contract/uptime.ts';
import { sumOf } from '../../shared/uptime/uptime.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { type TimeSpan, union } from '../../shared/uptime/uptimeHistory.ts';
import type { Store } from '../store/tables.ts';
import { allObservers, isSeen, type PresenceRow } from '../store/uptime.ts';
import { LiveCells } from './liveCells.ts';
import { LivePasts } from './livePasts.ts';
import { type DaysOver, PastDaysMemory } from './pastDaysMemory.ts';

const day = 86_400_000;

/** Of so many windows the days that are over stay in memory: 4 MB for 90 days of a thousand stations. */
const windowsKept = 3;

/**
 * The server notes that it is alive every few seconds. So long after the last note it is taken for watching; later it slept,
 * or its clock was changed, and what it did not see is unknown.
 */
const noteMillis = 60_000;

/** A window of days: those that are over are kept, the others are reckoned at each request. */
export interface Window {
  /** What the time zone is called, however it was written. */
  zone: string;
  days: Days;
  edges: number[];
  /** How many days are over, with all that was observed in them noted. */
  over: number;
  observed: TimeSpan[];
}

export interface ComputedUptime {
  isWatched: boolean;
  last24Hours: Durations;
  columns: DayColumns;
}

/** Uptime of stations, from the store and from memory. */
export class UptimeService {
  readonly #store: Store;
  readonly #live: LivePasts;
  readonly #pasts = new Map<string, PastDaysMemory>();

  constructor(store: Store) {
    this.#store = store;
    this.#live = new LivePasts(store);
  }

  async window(
    calendar: Calendar,
    { time_zone, days: count }: { time_zone: string; days: number },
    now: number,
  ): Promise<Window> {
    const { dates, edges } = calendar.days(now, count);
    const { observed, noted } = await this.observed(now);
    const isOver = (edge: number): boolean => edge <= Math.min(now, noted);
    const over = Math.min(count - 1, edges.slice(1).filter(isOver).length);
    const days = { time_zone, dates, starts: edges.slice(0, -1), now };
    return { zone: calendar.zone, days, edges, over, observed };
  }

  /** Since when this server has watched without a break; the present time when it has not. */
  async observedSince(now: number): Promise<number> {
    const { observed } = await this.observed(now);
    // What a clock that was ahead has noted may lie after now.
    const last = observed.findLast(({ from }) => from <= now);
    return last && last.to >= now ? last.from : now;
  }

  /** When this server watched, as far as is known now, and until when that is noted. */
  async observed(now: number): Promise<{ observed: TimeSpan[]; noted: number }> {
    const observers = await allObservers(this.#store);
    const noted = observers.reduce((latest, { to }) => Math.max(latest, to), -Infinity);
    const present = noted < now && now - noted <= noteMillis ? [{ from: noted, to: now }] : [];
    return { observed: union([...observers, ...present]), noted };
  }

  /** Of these stations, by the keys of their presence. The columns hold until the next call. */
  async of(window: Window, presences: readonly PresenceRow[]): Promise<Map<number, ComputedUptime>> {
    const { zone, days, edges, over, observed } = window;
    const seen = presences.filter(isSeen);
    const dayAgo = days.now - day;
    const liveOf = await this.#live.bring(seen, Math.min(dayAgo, edges[over] ?? dayAgo));
    const past = this.#past({ zone, dates: days.dates.slice(0, over), edges });
    await past.bring(seen, observed);
    const ends = edges.slice(over);
    const cells = new LiveCells([dayAgo, ...ends.slice(0, -1), days.now], { observed, now: days.now });
    const lastDay = cells.placesOf(dayAgo, days.now);
    const live = ends
      .slice(0, -1)
      .map((start, n) => cells.placesOf(start, Math.min(days.now, ends[n + 1] ?? days.now)));
    const found = new Map<number, ComputedUptime>();
    for (const { key } of seen) {
      const known = liveOf(key);
      const made = cells.of(known);
      const sum = ({ from, to }: TimeSpan): Durations => sumOf(made.slice(from, to));
      found.set(key, {
        isWatched: known.marks.length > 0,
        last24Hours: sum(lastDay),
        columns: past.with(key, live.map(sum)),
      });
    }
    return found;
  }

  #past(over: DaysOver): PastDaysMemory {
    const name = [over.zone, over.dates[0], over.dates.length].join(' ');
    const past = this.#pasts.get(name) ?? new PastDaysMemory(this.#store, over);
    // The one that was used last goes last.
    this.#pasts.delete(name);
    this.#pasts.set(name, past);
    for (const oldest of this.#pasts.keys()) {
      if (this.#pasts.size <= windowsKept) break;
      this.#pasts.delete(oldest);
    }
    return past;
  }
}
