import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { setContext } from '../vscode/context.ts';
import type { Connection } from './connection.ts';
import { ServerConnectionError } from './serverConnectionError.ts';
import { listStations, loadStation, sortStations, type StationDetails, type StationItem } from './stationSource.ts';

const selection = z.object({ id: z.string(), name: z.string() });
export type SelectedStation = z.infer<typeof selection>;

const maxSingleRefreshes = 10;

/** The stations of the connected server as last seen, and the one that this workspace runs on. */
export class StationStore implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  /** Fires with the id of the station that has changed; with undefined for the list, the selection or the server. */
  readonly onDidChange = this.#changed.event;

  #stations: readonly StationItem[] | undefined;
  #error: Error | undefined;
  readonly #details = new Map<string, StationDetails>();
  readonly #loadedAt = new Map<string, number>();
  #stale: Set<string> | 'all' = new Set();
  readonly #withChangedRuns = new Set<string>();
  #loading: Promise<void> = Promise.resolve();
  #session = new AbortController();
  #next: Promise<void> | undefined;
  #running: ReadonlySet<string> = new Set();
  #waiting: ReadonlyMap<string, string> = new Map();
  #watched: ReadonlySet<string> = new Set();

  constructor(connection: Connection, state: vscode.Memento) {
    this.#connection = connection;
    this.#state = state;
    this.#setContexts();
  }

  #setContexts(): void {
    setContext('stations', 'loading');
    setContext('remote', this.#connection.remote !== undefined);
    setContext('hasSelection', this.selected !== undefined);
  }

  /** The last list that arrived, by name; it stays after a failed refresh. Undefined before the first. */
  get stations(): readonly StationItem[] | undefined {
    return this.#stations;
  }

  station(id: string): StationItem | undefined {
    return this.#stations?.find((station) => station.id === id);
  }

  get error(): Error | undefined {
    return this.#error;
  }

  get running(): ReadonlySet<string> {
    return this.#running;
  }

  setRunning(stations: ReadonlySet<string>): void {
    const before = this.#running;
    this.#running = stations;
    for (const id of new Set([...before, ...stations])) {
      if (before.has(id) !== stations.has(id)) this.#changed.fire(id);
    }
  }

  /** The prompts that wait for an answer, by station. */
  get waitingPrompts(): ReadonlyMap<string, string> {
    return this.#waiting;
  }

  setWaitingPrompts(prompts: ReadonlyMap<string, string>): void {
    const changed = new Set([...this.#waiting.keys(), ...prompts.keys()]);
    this.#waiting = prompts;
    for (const id of changed) this.#changed.fire(id);
  }

  /** The stations whose connection the user watches, by their ids. */
  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  setWatched(stations: ReadonlySet<string>): void {
    const changed = new Set([...this.#watched, ...stations]);
    this.#watched = stations;
    for (const id of changed) this.#changed.fire(id);
  }

  /** The selected station, which is stored in the workspace: it is known before the server is asked. */
  get selected(): SelectedStation | undefined {
    return selection.safeParse(this.#state.get(this.#selectionKey)).data;
  }

  get #selectionKey(): string {
    const { remote } = this.#connection;
    return remote === undefined ? 'selectedStation' : `selectedStation ${remote.url}`;
  }

  async select(station: SelectedStation | undefined): Promise<void> {
    const stored = station === undefined ? null : { id: station.id, name: station.name };
    await this.#state.update(this.#selectionKey, stored);
    setContext('hasSelection', station !== undefined);
    this.#changed.fire(undefined);
  }

  details(id: string): StationDetails | undefined {
    return this.#details.get(id);
  }

  /** Returns when the details of a station were last loaded, in milliseconds since 1970. */
  loadedAt(id: string): number | undefined {
    return this.#loadedAt.get(id);
  }

  restart(): void {
    this.#session.abort();
    this.#session = new AbortController();
    this.#stations = undefined;
    this.#error = undefined;
    this.#details.clear();
    this.#withChangedRuns.clear();
    this.#setContexts();
    this.#changed.fire(undefined);
    void this.refresh();
  }

  /** Loads the list and the known details from the server. It never rejects: see `error`. */
  refresh(): Promise<void> {
    this.#stale = 'all';
    return this.#load();
  }

  /**
   * Loads this station from the server; it may have been removed there. It never rejects: see `error`.
   * @param runsChanged whether listeners are notified even if nothing that is known of the station has changed
   */
  refreshStation(id: string, runsChanged = false): Promise<void> {
    if (runsChanged) this.#withChangedRuns.add(id);
    if (this.#stale !== 'all') this.#stale.add(id);
    return this.#load();
  }

  /** A call during a load starts another load after it: the first may have begun before the caller's change. */
  #load(): Promise<void> {
    this.#next ??= this.#loading.then(() => {
      this.#next = undefined;
      this.#loading = this.#loadStale();
      return this.#loading;
    });
    return this.#next;
  }

  async #loadStale(): Promise<void> {
    const stale = this.#stale;
    const { signal } = this.#session;
    this.#stale = new Set();
    try {
      if (stale === 'all' || stale.size > maxSingleRefreshes || this.#stations === undefined) {
        await this.#loadAll(signal);
      } else {
        for (const id of stale) await this.#loadOne(id, signal);
      }
      if (this.#error !== undefined) {
        this.#error = undefined;
        this.#changed.fire(undefined);
      }
    } catch (error) {
      if (signal.aborted) return; // `restart` has begun to load from the new server.
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#changed.fire(undefined);
    }
    const isRemote = this.#connection.remote !== undefined;
    setContext('stations', this.#error === undefined ? 'ready' : problemContext(this.#error, isRemote));
  }

  async #loadAll(signal: AbortSignal): Promise<void> {
    const all = await listStations(this.#connection);
    signal.throwIfAborted();
    this.#stations = all;
    await this.#followSelection();
    this.#changed.fire(undefined);
    for (const id of this.#details.keys()) {
      if (this.station(id) === undefined) this.#details.delete(id);
      else await this.#loadOne(id, signal);
    }
  }

  async #loadOne(id: string, signal: AbortSignal): Promise<void> {
    const runsChanged = this.#withChangedRuns.delete(id);
    const read = await loadStation(this.#connection, id);
    signal.throwIfAborted();
    this.#loadedAt.set(id, Date.now());
    const before = this.station(id);
    const details = this.#details.get(id);
    const isSame = read !== undefined && isDeepStrictEqual([before, details], [read.item, read.details]);
    if (isSame && !runsChanged) return;
    const others = (this.#stations ?? []).filter((station) => station.id !== id);
    this.#stations = read === undefined ? others : sortStations([...others, read.item]);
    if (read === undefined) this.#details.delete(id);
    else this.#details.set(id, read.details);
    await this.#followSelection();
    this.#changed.fire(before?.name === read?.item.name ? id : undefined);
  }

  /**
   * Updates the name of the selected station after a rename, and clears the selection after a removal. If nothing was ever
   * selected, selects the only station there is.
   */
  async #followSelection(): Promise<void> {
    const list = this.#stations ?? [];
    if (this.#state.get(this.#selectionKey) === undefined) {
      if (list.length === 1) await this.select(list[0]);
      return;
    }
    const before = this.selected;
    const now = list.find((station) => station.id === before?.id);
    if (now?.name !== before?.name) await this.select(now);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function problemContext(error: Error, isRemote: boolean): 'error' | 'signedOut' | 'unreachable' {
  if (!isRemote) return 'error';
  const signIn =
    error instanceof ServerConnectionError && (error.problem === 'signedOut' || error.problem === 'unauthorized');
  return signIn ? 'signedOut' : 'unreachable';
}
