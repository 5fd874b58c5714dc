import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Outcome } from '../contract/common.ts';
import { type RunListItem, runs } from '../contract/runs.ts';
import { setContext } from '../platform/context.ts';

/** Shape and colour of an outcome; the word stands beside it. */
const icons: Record<Outcome, [icon: string, color: string]> = {
  PASS: ['pass', 'testing.iconPassed'],
  FAIL: ['error', 'testing.iconFailed'],
  ERROR: ['warning', 'testing.iconErrored'],
  TIMEOUT: ['watch', 'testing.iconErrored'],
  ABORTED: ['circle-slash', 'testing.iconSkipped'],
};

/** The latest runs of the selected station, newest first. */
export class RunsView implements vscode.TreeDataProvider<RunListItem>, vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #view: vscode.TreeView<RunListItem>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  /** The last runs that arrived, and whose they are. */
  #shown: { station: string | undefined; runs: readonly RunListItem[] } = { station: undefined, runs: [] };

  constructor(connection: Connection, store: StationStore) {
    this.#connection = connection;
    this.#store = store;
    this.#view = vscode.window.createTreeView('testStations.runs', { treeDataProvider: this });
    setContext('hasRuns', false);
    this.#subscription = store.onDidChange((id) => {
      if (id === undefined || id === store.selected?.id) this.#changed.fire(undefined);
    });
  }

  async getChildren(): Promise<RunListItem[]> {
    const { selected } = this.#store;
    this.#view.description = selected?.name ?? '';
    if (selected?.id !== this.#shown.station || this.#store.stations === undefined)
      this.#shown = { station: selected?.id, runs: [] };
    if (selected === undefined) return this.#show('');
    try {
      const query = { created_by_station_ids: [selected.id], limit: 50 };
      const { data } = await this.#connection.call(runs.list, { query });
      if (this.#store.selected?.id !== selected.id) return []; // another station's are on their way
      this.#shown = { station: selected.id, runs: data };
      return this.#show('');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#show(vscode.l10n.t('Last known state. {0}', reason));
    }
  }

  #show(message: string): RunListItem[] {
    this.#view.message = message;
    setContext('hasRuns', this.#shown.runs.length > 0);
    return [...this.#shown.runs];
  }

  getTreeItem(run: RunListItem): vscode.TreeItem {
    const item = new vscode.TreeItem(run.unit.serial_number);
    const [icon, color] = icons[run.outcome];
    const when = new Date(run.started_at).toLocaleString();
    const shortly = shortTime(new Date(run.started_at));
    item.id = `run:${run.id}`;
    item.description = `${run.outcome} · ${shortly} · ${run.procedure.name}`;
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    item.tooltip = `${run.unit.serial_number} (${run.unit.part.number})\n${run.outcome}\n${run.procedure.name}\n${when}`;
    item.accessibilityInformation = {
      label: vscode.l10n.t('{0}, {1}, {2}, {3}', run.unit.serial_number, run.outcome, run.procedure.name, when),
    };
    item.command = { command: 'testStations.openRun', title: vscode.l10n.t('Open Run'), arguments: [run.id] };
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}

/** The time alone for today, else the day too. */
function shortTime(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return time.toLocaleString(undefined, today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' });
}
