import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { type RunListItem, runs } from '../contract/runs.ts';
import { messageOf } from '../domain/messageOf.ts';
import { setContext } from '../platform/context.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { KeptResult } from './outbox/outboxFolder.ts';
import { keptItem, runItem } from './runItems.ts';

type Row = { readonly run: RunListItem } | { readonly kept: KeptResult };

/** The latest runs of the selected station, newest first; above them what waits on this machine to be saved. */
export class RunsView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #outbox: Outbox;
  readonly #view: vscode.TreeView<Row>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  /** The last runs that arrived, and whose they are. */
  #shown: { station: string | undefined; runs: readonly RunListItem[] } = { station: undefined, runs: [] };

  constructor(connection: Connection, store: StationStore, outbox: Outbox) {
    this.#connection = connection;
    this.#store = store;
    this.#outbox = outbox;
    this.#view = vscode.window.createTreeView('testStations.runs', { treeDataProvider: this });
    setContext('hasRuns', false);
    this.#subscription = vscode.Disposable.from(
      outbox.onDidChange(() => this.#changed.fire(undefined)),
      store.onDidChange((id) => {
        if (id === undefined || id === store.selected?.id) this.#changed.fire(undefined);
      }),
    );
  }

  /** What waits and is selected in the view, if something is. */
  get focused(): KeptResult | undefined {
    const [row] = this.#view.visible ? this.#view.selection : [];
    return row !== undefined && 'kept' in row ? row.kept : undefined;
  }

  async getChildren(): Promise<Row[]> {
    const { selected } = this.#store;
    this.#view.description = selected?.name ?? '';
    if (selected?.id !== this.#shown.station || this.#store.stations === undefined) {
      this.#shown = { station: selected?.id, runs: [] };
    }
    if (selected === undefined) return this.#show('');
    try {
      const query = { created_by_station_ids: [selected.id], limit: 50 };
      const { data } = await this.#connection.call(runs.list, { query });
      if (this.#store.selected?.id !== selected.id) return []; // another station's are on their way
      this.#shown = { station: selected.id, runs: data };
      return this.#show('');
    } catch (error) {
      const reason = messageOf(error);
      return this.#show(vscode.l10n.t('Last known state. {0}', reason));
    }
  }

  #show(message: string): Row[] {
    this.#view.message = message;
    const kept = this.#outbox.waiting.map((each) => ({ kept: each }));
    const rows = [...kept, ...this.#shown.runs.map((run) => ({ run }))];
    setContext('hasRuns', rows.length > 0);
    this.#view.badge =
      kept.length === 0 ? undefined : { value: kept.length, tooltip: vscode.l10n.t('Results that wait to be saved') };
    return rows;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return 'kept' in row ? keptItem(row.kept) : runItem(row.run);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}
