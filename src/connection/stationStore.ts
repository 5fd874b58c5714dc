import * as vscode from 'vscode';
import * as z from 'zod';
import { allPages } from '../client/pages.ts';
import { type StationListItem, stations as operations } from '../contract/stations.ts';
import { setContext } from '../platform/context.ts';
import type { Connection } from './connection.ts';

const selectionKey = 'selectedStation';
const selection = z.object({ id: z.string(), name: z.string() });
export type SelectedStation = z.infer<typeof selection>;

/** The stations of the connected server as last seen, and the one that this workspace runs on. */
export class StationStore implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  #stations: readonly StationListItem[] | undefined;
  #error: Error | undefined;
  #loading: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** The station on which this window runs a script. */
  running: string | undefined;

  constructor(connection: Connection, state: vscode.Memento) {
    this.#connection = connection;
    this.#state = state;
    setContext('stations', 'loading');
    setContext('hasSelection', this.selected !== undefined);
  }

  /** The last list that arrived; it stays after a failed refresh. Undefined before the first. */
  get stations(): readonly StationListItem[] | undefined {
    return this.#stations;
  }

  /** Why the last refresh failed, or undefined. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Known from the last session without asking the server. */
  get selected(): SelectedStation | undefined {
    return selection.safeParse(this.#state.get(selectionKey)).data;
  }

  async select(station: SelectedStation | undefined): Promise<void> {
    const kept = station === undefined ? null : { id: station.id, name: station.name };
    await this.#state.update(selectionKey, kept);
    setContext('hasSelection', station !== undefined);
    this.#changed.fire();
  }

  /**
   * Asks the server for the list. A call during a load starts another one behind it, because the first may have begun
   * before what the caller has just changed. Never rejects: see `error`.
   */
  refresh(): Promise<void> {
    this.#next ??= this.#loading.then(() => {
      this.#next = undefined;
      this.#loading = this.#load();
      return this.#loading;
    });
    return this.#next;
  }

  async #load(): Promise<void> {
    try {
      this.#stations = await this.#all();
      this.#error = undefined;
      await this.#followSelection(this.#stations);
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
    setContext('stations', this.#error === undefined ? 'ready' : 'error');
    this.#changed.fire();
  }

  async #all(): Promise<StationListItem[]> {
    const all = await allPages((query) => this.#connection.call(operations.list, { query }));
    return all.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  /**
   * A renamed selected station keeps its place under its new name; a removed one is selected no longer. Where nothing was
   * ever selected, the only station there is needs no choice.
   */
  async #followSelection(list: readonly StationListItem[]): Promise<void> {
    if (this.#state.get(selectionKey) === undefined) {
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
