import * as vscode from 'vscode';
import * as z from 'zod';
import { setContext } from '../vscode/context.ts';
import type { Connection } from './connection.ts';
import { ServerConnectionError } from './serverConnectionError.ts';
import { type Look, StationLoader } from './stationLoader.ts';
import { listStations, loadStations, type StationDetails, type StationItem } from './stationSource.ts';

const selection = z.object({ id: z.string(), name: z.string() });
export type StationName = z.infer<typeof selection>;

const dateCheckIntervalMs = 60_000;
const checksUntilSecondLoad = 10;

/** The stations of the connected server as last seen, and the one that this workspace runs on. */
export class StationStore implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  /** Fires with the id of the station that has changed; with undefined for the list, the selection or the server. */
  readonly onDidChange = this.#changed.event;

  readonly loader: StationLoader;
  readonly #loadedAt = new Map<string, number>();
  readonly #dateTimer = setInterval(() => this.#checkDate(), dateCheckIntervalMs);
  #date: string | undefined;
  #checksOfDate = 1 + checksUntilSecondLoad;
  #running: ReadonlySet<string> = new Set();
  #waiting: ReadonlyMap<string, string> = new Map();
  #watched: ReadonlySet<string> = new Set();

  constructor(connection: Connection, state: vscode.Memento) {
    this.#connection = connection;
    this.#state = state;
    this.loader = new StationLoader(
      {
        list: () => listStations(connection),
        load: async (items, details) => {
          const found = await loadStations(connection, items, details);
          for (const id of details) this.#loadedAt.set(id, Date.now());
          return found;
        },
      },
      async (id) => {
        await this.#followSelection();
        if (id === undefined) {
          setContext('hasStations', (this.stations ?? []).length > 0);
          setContext('stations', 'ready');
        }
        this.#changed.fire(id);
      },
      () => {
        setContext(
          'stations',
          this.error === undefined ? 'ready' : problemContext(this.error, connection.remote !== undefined),
        );
        this.#changed.fire(undefined);
      },
    );
    this.#lookAtOwn();
    this.#setContexts();
  }

  /** The selected and the watched stations are always looked at, because the user is notified about them. */
  #lookAtOwn(): void {
    const { selected } = this;
    this.loader.look('own', {
      list: null,
      details: [...(selected === undefined ? [] : [selected.id]), ...this.#watched],
    });
  }

  look(view: string, look: Look | undefined): void {
    this.loader.look(view, look);
  }

  #setContexts(): void {
    setContext('stations', 'loading');
    setContext('remote', this.#connection.remote !== undefined);
    setContext('hasSelection', this.selected !== undefined);
  }

  get stations(): readonly StationItem[] | undefined {
    return this.loader.stations;
  }

  station(id: string): StationItem | undefined {
    return this.stations?.find((station) => station.id === id);
  }

  get error(): Error | undefined {
    return this.loader.error;
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

  get waitingPrompts(): ReadonlyMap<string, string> {
    return this.#waiting;
  }

  setWaitingPrompts(prompts: ReadonlyMap<string, string>): void {
    const changed = new Set([...this.#waiting.keys(), ...prompts.keys()]);
    this.#waiting = prompts;
    for (const id of changed) this.#changed.fire(id);
  }

  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  setWatched(stations: ReadonlySet<string>): void {
    const changed = new Set([...this.#watched, ...stations]);
    this.#watched = stations;
    this.#lookAtOwn();
    for (const id of changed) this.#changed.fire(id);
  }

  /** The selected station, which is stored in the workspace: it is known before the server is asked. */
  get selected(): StationName | undefined {
    return selection.safeParse(this.#state.get(this.#selectionKey)).data;
  }

  get #selectionKey(): string {
    const { remote } = this.#connection;
    return remote === undefined ? 'selectedStation' : `selectedStation ${remote.url}`;
  }

  async select(station: StationName | undefined): Promise<void> {
    const stored = station === undefined ? null : { id: station.id, name: station.name };
    await this.#state.update(this.#selectionKey, stored);
    setContext('hasSelection', station !== undefined);
    this.#lookAtOwn();
    this.#changed.fire(undefined);
  }

  details(id: string): StationDetails | undefined {
    return this.loader.details(id);
  }

  /** Returns when the details of a station were last loaded, in milliseconds since 1970. */
  loadedAt(id: string): number | undefined {
    return this.#loadedAt.get(id);
  }

  restart(): void {
    this.loader.restart();
    this.#lookAtOwn();
    this.#setContexts();
    this.#changed.fire(undefined);
    void this.refresh();
  }

  refresh(): Promise<void> {
    return this.loader.refresh();
  }

  refreshStation(id: string): Promise<void> {
    return this.loader.refreshStation(id);
  }

  update(): Promise<void> {
    return this.loader.update();
  }

  updateStation(id: string): Promise<void> {
    return this.loader.updateStation(id);
  }

  /** Keeps the selection after a rename, clears it after a removal, and selects the only station if there was none. */
  async #followSelection(): Promise<void> {
    const list = this.stations ?? [];
    if (this.#state.get(this.#selectionKey) === undefined) {
      if (list.length === 1) await this.select(list[0]);
      return;
    }
    const before = this.selected;
    const now = list.find((station) => station.id === before?.id);
    if (now?.name !== before?.name) await this.select(now);
  }

  /** The week of the figures moves at midnight in the server's time zone, without a change on the server. */
  #checkDate(): void {
    const details = (this.stations ?? []).flatMap(({ id }) => [...(this.details(id)?.week.values() ?? [])]);
    const zone = details.find((week) => week.yield !== null)?.yield?.timeZone;
    if (zone === undefined) return;
    const date = new Date().toLocaleDateString('sv-SE', { timeZone: zone });
    if (this.#date !== undefined && date !== this.#date) this.#checksOfDate = 0;
    this.#date = date;
    // Once more later, because the clock of the server may be behind.
    if (this.#checksOfDate === 0 || this.#checksOfDate === checksUntilSecondLoad) this.loader.markAll();
    this.#checksOfDate += 1;
  }

  dispose(): void {
    clearInterval(this.#dateTimer);
    this.loader.stop();
    this.#changed.dispose();
  }
}

function problemContext(error: Error, isRemote: boolean): 'error' | 'signedOut' | 'unreachable' {
  if (!isRemote) return 'error';
  const signIn =
    error instanceof ServerConnectionError && (error.problem === 'signedOut' || error.problem === 'unauthorized');
  return signIn ? 'signedOut' : 'unreachable';
}
