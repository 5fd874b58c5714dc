import { isDeepStrictEqual } from 'node:util';
import type { StreamEvent } from '../../shared/contract/events.ts';
import { type LoadedStation, sortStations, type StationDetails, type StationItem } from './stationSource.ts';

const minIntervalMs = 1_000;
const maxRetryDelayMs = 30_000;
const maxJitter = 0.5;
/** A window pauses for as long as its last load took, up to this time. */
const maxPauseMs = 5_000;
/** Above this number of changed stations, the list is loaded. */
const maxSingleStations = 200;

export interface StationSource {
  list(): Promise<StationItem[]>;
  /** Loads stations, of which `details` get their details too. Those that no longer exist are missing from the answer. */
  load(items: readonly string[], details: readonly string[]): Promise<ReadonlyMap<string, LoadedStation>>;
}

export interface Look {
  /** All stations with their states, or only which there are with their names and procedures; null for no list. */
  readonly list: 'states' | 'names' | null;
  readonly details: Iterable<string>;
}

export interface Timers {
  now(): number;
  random(): number;
  after(delayMs: number, work: () => void): () => void;
}

const systemTimers: Timers = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};

interface Forced {
  list: boolean;
  readonly details: Set<string>;
}

/**
 * Loads the stations that a window looks at.
 *
 * The rule: while the window follows the server's changes, what a visible view shows is what the server has, up to the time of
 * one load; what no view shows is not loaded, however often it changes. Each change is noted under the station, with a number
 * that only grows. Each load carries the number of its beginning, so that it covers exactly the changes that were known by
 * then. A view that becomes visible needs what has changed since its last load, and nothing if nothing has. A load that fails
 * covers nothing and is tried again. After an interruption of the stream everything counts as changed.
 *
 * Loads that no caller waits for begin at most once a second, and more rarely when they take long or fail. Times of last use
 * (`lastSeen`, `lastUsedAt`) are not reported as changes: they are as of the last load.
 */
export class StationLoader {
  readonly #source: StationSource;
  readonly #onChange: (station: string | undefined) => Promise<void> | void;
  readonly #onError: () => void;
  readonly #timers: Timers;
  readonly #looks = new Map<string, Look>();
  #stations: readonly StationItem[] | undefined;
  #error: Error | undefined;
  #details = new Map<string, StationDetails>();

  #version = 0;
  #allChangedAt = 0;
  #listChangedAt = 0;
  #namesChangedAt = 0;
  #changedAt = new Map<string, number>();
  #listLoadedAt = -1;
  #itemLoadedAt = new Map<string, number>();
  #detailsLoadedAt = new Map<string, number>();

  #forced: Forced = { list: false, details: new Set() };
  #session = new AbortController();
  #loading: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #isFollowing = false;
  #isLive = false;
  #isLoadingByItself = false;
  #cancel: (() => void) | undefined;
  #notBefore = 0;
  #intervalMs = minIntervalMs;

  /**
   * @param onChange is called with the id of the station that has changed; with undefined for the list
   * @param onError is called when a load has failed, and when one succeeds after that
   */
  constructor(
    source: StationSource,
    onChange: (station: string | undefined) => Promise<void> | void,
    onError: () => void,
    timers: Timers = systemTimers,
  ) {
    this.#source = source;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#timers = timers;
  }

  /** The last list that arrived, by name; it stays after a failed load. Undefined before the first. */
  get stations(): readonly StationItem[] | undefined {
    return this.#stations;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  details(id: string): StationDetails | undefined {
    return this.#details.get(id);
  }

  restart(): void {
    this.#session.abort();
    this.#session = new AbortController();
    this.#stations = undefined;
    this.#error = undefined;
    this.#details = new Map();
    this.#changedAt = new Map();
    this.#itemLoadedAt = new Map();
    this.#detailsLoadedAt = new Map();
    this.#listLoadedAt = -1;
    this.#isLive = false;
    this.#intervalMs = minIntervalMs;
  }

  /** From now on, loads by itself what is looked at and has changed. */
  follow(): void {
    this.#isFollowing = true;
    this.#schedule();
  }

  stop(): void {
    this.#isFollowing = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** @param look undefined if the view is hidden */
  look(view: string, look: Look | undefined): void {
    const wasHidden = !this.#looks.has(view);
    if (look === undefined) this.#looks.delete(view);
    else this.#looks.set(view, { ...look, details: new Set(look.details) });
    // Without a stream, nothing says what has changed while the view was hidden.
    if (wasHidden && look?.list === 'states' && this.#isFollowing && !this.#isLive) this.markAll();
    this.#schedule();
  }

  apply(event: StreamEvent): void {
    this.#isLive = true;
    // The first event of a stream counts too: something may have changed while there was no stream.
    if (event.event !== 'change' || event.data.kind.startsWith('procedure.')) {
      // The server answers again: an error must not stay because no view shows stations.
      if (this.#error !== undefined) void this.refresh();
      else this.markAll();
      return;
    }
    const { kind, station_id: id } = event.data;
    if (id === null) return;
    const version = ++this.#version;
    this.#changedAt.set(id, version);
    if (kind.startsWith('station.') || kind.startsWith('link.')) this.#namesChangedAt = version;
    // A list that was being loaded page by page may have lost another station.
    if (kind === 'station.created' || kind === 'station.deleted') this.#listChangedAt = version;
    this.#schedule();
  }

  /** The stream was interrupted; after the next event, everything counts as changed. */
  interrupted(): void {
    this.#isLive = false;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  markAll(): void {
    this.#allChangedAt = ++this.#version;
    this.#schedule();
  }

  /** Loads the list, and what is looked at. It never rejects: see `error`. */
  refresh(): Promise<void> {
    this.#allChangedAt = ++this.#version;
    this.#forced.list = true;
    return this.#enqueue();
  }

  /** Loads this station; it may have been removed. It never rejects: see `error`. */
  refreshStation(id: string): Promise<void> {
    this.#changedAt.set(id, ++this.#version);
    this.#forced.details.add(id);
    return this.#enqueue();
  }

  /** Loads the list unless it is known to be current. It never rejects: see `error`. */
  async update(): Promise<void> {
    const isCurrent =
      this.#stations !== undefined &&
      this.#isListCurrent('names') &&
      [...this.#changedAt.keys()].every((id) => this.#isCurrent(this.#itemLoadedAt, id));
    if (!isCurrent) await this.refresh();
  }

  /** Loads this station unless its details are known to be current. It never rejects: see `error`. */
  async updateStation(id: string): Promise<void> {
    if (!this.#details.has(id) || !this.#isCurrent(this.#detailsLoadedAt, id)) await this.refreshStation(id);
  }

  #isCurrent(loadedAt: ReadonlyMap<string, number>, id: string): boolean {
    return (loadedAt.get(id) ?? -1) >= Math.max(this.#changedAt.get(id) ?? 0, this.#allChangedAt);
  }

  #isListCurrent(list: 'states' | 'names'): boolean {
    const changedAt = Math.max(this.#allChangedAt, this.#listChangedAt, list === 'names' ? this.#namesChangedAt : 0);
    return this.#stations !== undefined && this.#listLoadedAt >= changedAt;
  }

  #due({ list: isForced, details: forced }: Forced): { list: boolean; items: string[]; details: string[] } {
    const looks = this.#isFollowing ? [...this.#looks.values()] : [];
    const shown = new Set(looks.flatMap((look) => [...look.details]));
    const changed = [...shown].filter((id) => !this.#isCurrent(this.#detailsLoadedAt, id));
    const details = new Set([...forced, ...changed]);
    const hasStates = looks.some(({ list }) => list === 'states');
    const known = hasStates ? [...(this.#stations ?? []).map(({ id }) => id), ...this.#changedAt.keys()] : [];
    const items = [...new Set(known)].filter((id) => !this.#isCurrent(this.#itemLoadedAt, id) && !details.has(id));
    const list =
      isForced ||
      items.length > maxSingleStations ||
      looks.some((look) => look.list !== null && !this.#isListCurrent(look.list)) ||
      (this.#stations === undefined && details.size > 0);
    return { list, items: list ? [] : items, details: [...details] };
  }

  #isAnythingDue(): boolean {
    const { list, items, details } = this.#due({ list: false, details: new Set() });
    return list || items.length > 0 || details.length > 0;
  }

  #schedule(): void {
    if (!this.#isFollowing || this.#cancel !== undefined || this.#isLoadingByItself || !this.#isAnythingDue()) return;
    this.#cancel = this.#timers.after(Math.max(this.#notBefore - this.#timers.now(), 0), () => {
      this.#cancel = undefined;
      void this.#loadByItself();
    });
  }

  async #loadByItself(): Promise<void> {
    const beganAt = this.#timers.now();
    this.#isLoadingByItself = true;
    await this.#enqueue();
    this.#isLoadingByItself = false;
    this.#intervalMs = this.#error === undefined ? minIntervalMs : Math.min(2 * this.#intervalMs, maxRetryDelayMs);
    // All windows of a lab receive a change at the same time: with equal intervals, they would always load together.
    const intervalMs = this.#intervalMs * (1 + maxJitter * this.#timers.random());
    const endedAt = this.#timers.now();
    this.#notBefore = Math.max(beganAt + intervalMs, endedAt + Math.min(endedAt - beganAt, maxPauseMs));
    this.#schedule();
  }

  /** A call during a load starts another load after it: the first may have begun before the caller's change. */
  #enqueue(): Promise<void> {
    this.#next ??= this.#loading.then(() => {
      this.#next = undefined;
      this.#loading = this.#load();
      return this.#loading;
    });
    return this.#next;
  }

  async #load(): Promise<void> {
    const { signal } = this.#session;
    const version = this.#version;
    const due = this.#due(this.#forced);
    this.#forced = { list: false, details: new Set() };
    const hadError = this.#error !== undefined;
    try {
      if (due.list) await this.#loadList(version, signal);
      if (due.items.length + due.details.length > 0) await this.#loadStations(due, version, signal);
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return; // `restart` was called: what was loaded is of another server.
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
    if (hadError || this.#error !== undefined) this.#onError();
    this.#schedule();
  }

  async #loadList(version: number, signal: AbortSignal): Promise<void> {
    const all = await this.#source.list();
    signal.throwIfAborted();
    this.#stations = all;
    this.#listLoadedAt = version;
    const existing = new Set(all.map(({ id }) => id));
    for (const id of [...existing, ...this.#changedAt.keys()]) this.#itemLoadedAt.set(id, version);
    for (const id of this.#details.keys()) if (!existing.has(id)) this.#details.delete(id);
    await this.#onChange(undefined);
  }

  async #loadStations(
    { items, details }: { items: readonly string[]; details: readonly string[] },
    version: number,
    signal: AbortSignal,
  ): Promise<void> {
    const found = await this.#source.load(items, details);
    signal.throwIfAborted();
    const before = new Map((this.#stations ?? []).map((station) => [station.id, station]));
    const after = new Map(before);
    const changed: string[] = [];
    for (const id of [...items, ...details]) {
      const loaded = found.get(id);
      const isSame =
        isDeepStrictEqual(before.get(id), loaded?.item) &&
        (loaded?.details === undefined || isDeepStrictEqual(this.#details.get(id), loaded.details));
      if (!isSame) changed.push(id);
      if (loaded === undefined) {
        after.delete(id);
        this.#details.delete(id);
      } else {
        after.set(id, loaded.item);
        if (loaded.details !== undefined) this.#details.set(id, loaded.details);
      }
      this.#itemLoadedAt.set(id, version);
      if (loaded === undefined || loaded.details !== undefined) this.#detailsLoadedAt.set(id, version);
    }
    if (changed.length === 0) return;
    this.#stations = sortStations([...after.values()]);
    const isListChanged = changed.some((id) => before.get(id)?.name !== after.get(id)?.name);
    if (isListChanged) await this.#onChange(undefined);
    else for (const id of changed) await this.#onChange(id);
  }
}
