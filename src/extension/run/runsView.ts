import * as vscode from 'vscode';
import * as z from 'zod';
import type { Answer } from '../../shared/contract/operation.ts';
import { type RunListItem, runs } from '../../shared/contract/runs.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { CallInput } from '../client/stationApi.ts';
import type { Connection } from '../connection/connection.ts';
import { idOfRun, serialNumberOfRun } from '../connection/runRows.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { setContext } from '../vscode/context.ts';
import { showDone } from '../vscode/messages.ts';
import { moreItem, pendingItem, runItem } from './runItems.ts';
import type { PendingUpload } from './uploads/uploadFolder.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

type RunQuery = NonNullable<CallInput<typeof runs.list>['query']>;

/** A run, a pending upload, or the number of runs shown above the row that loads more. */
type Row = { readonly run: RunListItem } | { readonly kept: PendingUpload } | { readonly more: number };

const firstPageSize = 50;
const nextPageSize = 100;

interface Loaded {
  readonly station: string | undefined;
  readonly runs: readonly RunListItem[];
  readonly hasMore: boolean;
}

const noRuns = (station: string | undefined): Loaded => ({ station, runs: [], hasMore: false });

/** The pending uploads of this machine, and below them the runs of the selected station, newest first. */
export class RunsView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #uploads: UploadQueue;
  readonly #view: vscode.TreeView<Row>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #shown: Loaded = noRuns(undefined);
  /** Undefined until VS Code asks for them. */
  #rows: Promise<Row[]> | undefined;
  #isLoading = false;
  #isStale = false;
  #pageCount = 1;
  #serialNumber = '';

  constructor(connection: Connection, store: StationStore, uploads: UploadQueue) {
    this.#connection = connection;
    this.#store = store;
    this.#uploads = uploads;
    this.#view = vscode.window.createTreeView('testStations.runs', { treeDataProvider: this, canSelectMany: true });
    setContext('hasRuns', false);
    setContext('runsFiltered', false);
    this.#subscription = vscode.Disposable.from(
      uploads.onDidChange(() => void this.#refresh()),
      store.onDidChange((id) => {
        if (id === undefined || id === store.selected?.id) void this.#refresh();
      }),
    );
  }

  /** The runs that the view's filter finds, for an export; undefined while no station is selected. */
  get shownRuns(): { readonly title: string; readonly query: RunQuery } | undefined {
    const { selected } = this.#store;
    return selected && { title: selected.name, query: this.#query(selected.id) };
  }

  get focused(): PendingUpload | undefined {
    const [row] = this.#view.visible ? this.#view.selection : [];
    return row !== undefined && 'kept' in row ? row.kept : undefined;
  }

  loadMore(): void {
    this.#pageCount += 1;
    void this.#refresh();
  }

  async find(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Find runs by serial number'),
      prompt: vscode.l10n.t('Scan or type a serial number, or a part of it. Leave it empty to show all runs.'),
      value: this.#serialNumber,
    });
    if (text === undefined) return;
    this.#filter(text.trim());
    await vscode.commands.executeCommand('testStations.runs.focus');
  }

  async copySerialNumber(row: unknown): Promise<void> {
    const text = serialNumberOf(row);
    if (text === undefined) return;
    await vscode.env.clipboard.writeText(text);
    showDone(vscode.l10n.t('Serial number {0} copied', oneLine(text)));
  }

  async copyRunId(row: unknown): Promise<void> {
    const id = idOfRun(row);
    if (id === undefined) return;
    await vscode.env.clipboard.writeText(id);
    showDone(vscode.l10n.t('Run ID copied'));
  }

  /** Shows only the runs of the row's unit. */
  showUnit(row: unknown): void {
    const text = serialNumberOf(row);
    if (text !== undefined) this.#filter(text);
  }

  showAll(): void {
    this.#filter('');
  }

  #filter(serialNumber: string): void {
    this.#serialNumber = serialNumber;
    this.#pageCount = 1;
    setContext('runsFiltered', serialNumber !== '');
    void this.#refresh();
  }

  getChildren(): Promise<Row[]> {
    return (this.#rows ??= this.#loadRows());
  }

  /**
   * Loads the rows before VS Code asks for them: a button of a row that is clicked while VS Code waits for rows has no
   * row. A hidden view is loaded when it is shown.
   */
  async #refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#rows === undefined || !this.#view.visible) {
      this.#rows = undefined;
      this.#changed.fire(undefined);
      return;
    }
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#isStale) {
      this.#isStale = false;
      this.#rows = Promise.resolve(await this.#loadRows());
      this.#changed.fire(undefined);
    }
    this.#isLoading = false;
  }

  /** Never rejects. */
  async #loadRows(): Promise<Row[]> {
    const { selected } = this.#store;
    const found = this.#serialNumber === '' ? [] : [`“${this.#serialNumber}”`];
    this.#view.description = [...(selected === undefined ? [] : [selected.name]), ...found].join(' · ');
    if (selected?.id !== this.#shown.station || this.#store.stations === undefined) {
      this.#shown = noRuns(selected?.id);
      this.#pageCount = 1;
    }
    if (selected === undefined) return this.#show('');
    try {
      const loaded = await this.#load(selected.id);
      if (this.#store.selected?.id !== selected.id) return []; // the other station's runs are being loaded
      this.#shown = loaded;
      const isNone = loaded.runs.length === 0 && this.#serialNumber !== '';
      return this.#show(isNone ? vscode.l10n.t('{0} has no run of a serial number like this.', selected.name) : '');
    } catch (error) {
      const reason = messageOf(error);
      return this.#show(vscode.l10n.t('Last known state. {0}', reason));
    }
  }

  async #load(station: string): Promise<Loaded> {
    // By id: a run that is saved between two pages shifts the others.
    const loaded = new Map<string, RunListItem>();
    let cursor: number | null = 0;
    for (let page = 0; page < this.#pageCount && cursor !== null; page += 1) {
      const { data, meta } = await this.#page(station, page === 0 ? firstPageSize : nextPageSize, cursor);
      for (const run of data) loaded.set(run.id, run);
      cursor = meta.next_cursor;
    }
    return { station, runs: [...loaded.values()], hasMore: cursor !== null };
  }

  #page(station: string, limit: number, cursor: number): Promise<Answer<typeof runs.list>> {
    return this.#connection.call(runs.list, { query: { ...this.#query(station), limit, cursor } });
  }

  #query(station: string): RunQuery {
    const search = this.#serialNumber === '' ? {} : { search_query: this.#serialNumber };
    return { created_by_station_ids: [station], ...search };
  }

  #show(message: string): Row[] {
    this.#view.message = message;
    const kept = this.#uploads.pending.map((each) => ({ kept: each }));
    const { runs: shown, hasMore } = this.#shown;
    const more = hasMore ? [{ more: shown.length }] : [];
    const rows = [...kept, ...shown.map((run) => ({ run })), ...more];
    setContext('hasRuns', rows.length > 0 || this.#serialNumber !== '');
    setContext('hasKeptResults', kept.length > 0);
    this.#view.badge =
      kept.length === 0 ? undefined : { value: kept.length, tooltip: vscode.l10n.t('Pending uploads') };
    return rows;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    if ('more' in row) return moreItem(row.more);
    return 'kept' in row ? pendingItem(row.kept) : runItem(row.run);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}

const pendingRow = z.object({ kept: z.object({ serial_number: z.string().nullable() }) });

const serialNumberOf = (row: unknown): string | undefined =>
  serialNumberOfRun(row) ?? pendingRow.safeParse(row).data?.kept.serial_number ?? undefined;
