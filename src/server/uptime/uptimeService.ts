import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { DayColumns, Days, Durations } from '../../shared/contract/uptime.ts';
import { cellsOf, zeroDurations } from '../../shared/uptime/uptime.ts';
import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { type History, mergeSpans, timeOf, type TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import { allObservers } from '../store/observers.ts';
import type { Store } from '../store/tables.ts';
import {
  hasPresence,
  loadHistories,
  type PresenceRow,
  type StationHistory,
  type StationWithPresence,
} from '../store/uptime.ts';

const dayMs = 86_400_000;

/** A window of 90 days takes about 8 MB for a thousand stations. */
const maxWindows = 3;

/** Days of stations that are computed at once. In between, other requests are served. */
const maxDaysAtOnce = 400;

/** A server notes every few seconds that it is alive. After this time without a note it did not watch. */
const maxNoteAgeMs = 60_000;

export interface Window {
  zone: string;
  days: Days;
  edges: number[];
  observed: TimeSpan[];
}

interface ComputedUptime {
  isWatched: boolean;
  last24Hours: Durations;
  columns: DayColumns;
}

interface CachedStation {
  version: number;
  rewriteVersion: number;
  completedDays: DayColumns;
  recent: Pick<History, 'marks' | 'pauses'>;
}

interface CachedWindow {
  observed: TimeSpan[];
  stations: Map<number, CachedStation>;
}

export class UptimeService {
  readonly #store: Store;
  readonly #windows = new Map<string, CachedWindow>();

  constructor(store: Store) {
    this.#store = store;
  }

  async window(
    calendar: Calendar,
    { time_zone, days: count }: { time_zone: string; days: number },
    now: number,
  ): Promise<Window> {
    const { dates, edges } = calendar.days(now, count);
    const days = { time_zone, dates, starts: edges.slice(0, -1), now };
    return { zone: calendar.zone, days, edges, observed: await this.observed(now) };
  }

  /** Returns since when this server has watched without a break; `now` when it has not. */
  async observedSince(now: number): Promise<number> {
    const observed = await this.observed(now);
    // A server whose clock was ahead may have noted times after now.
    const last = observed.findLast(({ from }) => from <= now);
    return last && last.to >= now ? last.from : now;
  }

  async observed(now: number): Promise<TimeSpan[]> {
    const observers = await allObservers(this.#store);
    const noted = observers.reduce((latest, { to }) => Math.max(latest, to), -Infinity);
    const present = noted < now && now - noted <= maxNoteAgeMs ? [{ from: noted, to: now }] : [];
    return mergeSpans([...observers, ...present]);
  }

  /** Returns the uptime of stations by the keys of their presence. Stations that were never seen are left out. */
  async compute(window: Window, presences: readonly PresenceRow[]): Promise<Map<number, ComputedUptime>> {
    const { days, observed } = window;
    const today = startOfToday(window);
    const { stations } = this.#cachedWindow(window);
    const seen = presences.filter(hasPresence);
    const isOutdated = (row: StationWithPresence): boolean => stations.get(row.key)?.version !== row.history_version;
    const outdated = seen.filter(isOutdated);
    const isOnlyAppended = ({ key, rewrite_version }: StationWithPresence): boolean =>
      stations.get(key)?.rewriteVersion === rewrite_version;
    const appended = outdated.filter(isOnlyAppended).map(({ key }) => key);
    const recent = { from: today - dayMs, to: Number.MAX_SAFE_INTEGER };
    for (const history of await loadHistories(this.#store, appended, recent)) {
      const station = stations.get(history.key);
      if (station && hasSameCompletedDays(station, history, today)) {
        const { version, marks, pauses } = history;
        stations.set(history.key, { ...station, version, recent: { marks, pauses } });
      }
    }
    const span = { from: Math.min(days.starts[0] ?? today, today - dayMs), to: Number.MAX_SAFE_INTEGER };
    const stationsAtOnce = Math.ceil(maxDaysAtOnce / days.dates.length);
    for (let first = 0; first < outdated.length; first += stationsAtOnce) {
      // Another request may have computed some of them in the meantime.
      const rows = outdated.slice(first, first + stationsAtOnce).filter(isOutdated);
      const keys = rows.map(({ key }) => key);
      for (const history of await loadHistories(this.#store, keys, span))
        stations.set(history.key, cachedStation(history, window));
      await nextTurn();
    }
    const found = new Map<number, ComputedUptime>();
    for (const { key } of seen) {
      const station = stations.get(key);
      if (!station) continue;
      const history = { ...station.recent, observed, now: days.now };
      found.set(key, {
        isWatched: history.marks.length > 0,
        last24Hours: durationsIn(history, days.now - dayMs, days.now),
        columns: withToday(station.completedDays, durationsIn(history, today, days.now)),
      });
    }
    return found;
  }

  #cachedWindow(window: Window): CachedWindow {
    const name = [window.zone, window.days.dates[0], window.days.dates.length].join(' ');
    const today = startOfToday(window);
    const observed = window.observed
      .filter(({ from }) => from < today)
      .map(({ from, to }) => ({ from, to: Math.min(to, today) }));
    const known = this.#windows.get(name);
    const cached = isDeepStrictEqual(known?.observed, observed) ? known : undefined;
    const current = cached ?? { observed, stations: new Map<number, CachedStation>() };
    // Move the window to the end: the map is ordered by last use.
    this.#windows.delete(name);
    this.#windows.set(name, current);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= maxWindows) break;
      this.#windows.delete(oldest);
    }
    return current;
  }
}

const startOfToday = ({ days }: Window): number => days.starts.at(-1) ?? days.now;

const durationsIn = (history: History, from: number, to: number): Durations =>
  cellsOf(history, [from, to])[0] ?? zeroDurations();

/** Whether what was appended to the history of a station, if nothing else has changed, lies after its completed days. */
function hasSameCompletedDays(station: CachedStation, history: StationHistory, today: number): boolean {
  const lastCompleted = (marks: readonly number[]): number | undefined =>
    marks.findLast((mark) => timeOf(mark) < today);
  return (
    station.rewriteVersion === history.rewriteVersion &&
    lastCompleted(station.recent.marks) === lastCompleted(history.marks)
  );
}

function cachedStation({ version, rewriteVersion, marks, pauses }: StationHistory, window: Window): CachedStation {
  const { days, observed } = window;
  const today = startOfToday(window);
  // Marks alternate, so that one of the last two before a time says when the station last connected.
  const firstRecent = marks.findLastIndex((mark) => timeOf(mark) <= today - dayMs) - 1;
  return {
    version,
    rewriteVersion,
    completedDays: columnsOf(cellsOf({ marks, pauses, observed, now: today }, days.starts)),
    recent: { marks: marks.slice(Math.max(0, firstRecent)), pauses },
  };
}

const dayColumns = (valuesOf: (name: keyof DayColumns) => number[]): DayColumns => ({
  up: valuesOf('up'),
  down: valuesOf('down'),
  maintenance: valuesOf('maintenance'),
  paused: valuesOf('paused'),
  unknown: valuesOf('unknown'),
  incidents: valuesOf('incidents'),
});

export const columnsOf = (days: readonly Durations[]): DayColumns => dayColumns((name) => days.map((day) => day[name]));

const withToday = (completed: DayColumns, today: Durations): DayColumns =>
  dayColumns((name) => [...completed[name], today[name]]);
