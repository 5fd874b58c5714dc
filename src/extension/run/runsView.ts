import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { RunListItem } from '../../shared/contract/runs.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { isSameFilter, noFilter, type RunsFilter, type RunsQuery, runsQuery } from '../../shared/run/runsFilter.ts';
import { idOfRun, serialNumberOfRun } from '../connection/runRows.ts';
import type { Services } from '../connection/services.ts';
import { setContext } from '../vscode/context.ts';
import { showDone } from '../vscode/messages.ts';
import { filterItem, moreItem, noMatchItem, pendingItem, runItem } from './runItems.ts';
import { filterWords } from './runsFilter/filterWords.ts';
import { type LoadedRuns, loadRuns } from './runsFilter/loadRuns.ts';
import type { RunViews } from './runsFilter/runViews.ts';
import type { PendingUpload } from './uploads/uploadFolder.ts';
import type { UploadQueue } from './uploads/uploadQueue.ts';

type Row =
  | { readonly run: RunListItem }
  | { readonly kept: PendingUpload }
  | { readonly filter: string }
  | { readonly noMatch: true }
  /** The number of runs shown above the row that loads more. */
  | { readonly more: number };

interface Shown extends LoadedRuns {
  /** The filter and the station that they belong to. */
  readonly of: string;
}

const noRuns = (of: string): Shown => ({ of, runs: [], hasMore: false });

/** With a filter by time, runs leave the view without a change on the server. */
const agingMs = 60_000;
const minIntervalMs = 1_000;

/** The pending uploads of this machine, and below them the runs that the filter finds, newest first. */
export class RunsView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #services: Services;
  readonly #uploads: UploadQueue;
  readonly #views: RunViews;
  readonly #view: vscode.TreeView<Row>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #filter: RunsFilter = noFilter;
  #shown: Shown = noRuns('');
  /** Undefined until VS Code asks for them. */
  #rows: Promise<Row[]> | undefined;
  #isLoading = false;
  #isStale = false;
  #pageCount = 1;
  #soon: NodeJS.Timeout | undefined;
  #lastSoonAt = -Infinity;

  constructor(services: Services, uploads: UploadQueue, views: RunViews) {
    this.#services = services;
    this.#uploads = uploads;
    this.#views = views;
    const { connection, store, feed } = services;
    this.#view = vscode.window.createTreeView('testStations.runs', { treeDataProvider: this, canSelectMany: true });
    for (const key of ['hasRuns', 'runsFiltered', 'noMatchingRuns'] as const) setContext(key, false);
    const aging = setInterval(() => {
      if (this.#view.visible && ['today', 'last'].includes(this.#filter.time.kind)) void this.#refresh();
    }, agingMs);
    this.#subscription = vscode.Disposable.from(
      uploads.onDidChange(() => void this.#refresh()),
      // Without an event stream, a station that has changed may have other runs.
      store.onDidChange((id) => {
        if (id === undefined || (!feed.isLive && this.#concerns(id))) this.#refreshSoon();
      }),
      feed.onDidReceiveChange((change) => {
        if (change === undefined || (change.kind.startsWith('run.') && this.#concerns(change.station_id)))
          this.#refreshSoon();
      }),
      connection.onDidChangeServer(() => this.setFilter(noFilter)),
      this.#view.onDidChangeVisibility(({ visible }) => feed.setWatching('runs', visible)),
      new vscode.Disposable(() => {
        clearInterval(aging);
        clearTimeout(this.#soon);
      }),
    );
  }

  /** The runs that the view's filter finds, for an export; undefined if it needs a selected station and there is none. */
  get shownRuns(): { readonly title: string; readonly query: RunsQuery } | undefined {
    const { selected } = this.#services.store;
    const query = runsQuery(this.#filter, selected?.id, Date.now());
    return query && { title: filterWords(this.#filter, selected?.name), query };
  }

  get filter(): RunsFilter {
    return this.#filter;
  }

  setFilter(filter: RunsFilter): void {
    this.#filter = filter;
    this.#pageCount = 1;
    setContext('runsFiltered', this.#isFiltered);
    void this.#refresh();
  }

  get #isFiltered(): boolean {
    return !isSameFilter(this.#filter, noFilter);
  }

  /** @param station null for runs that no station has pushed */
  #concerns(station: string | null): boolean {
    const { stations } = this.#filter;
    if (stations === 'selected') return station !== null && station === this.#services.store.selected?.id;
    return stations === 'all' || stations.some(({ id }) => id === station);
  }

  #refreshSoon(): void {
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined;
        this.#lastSoonAt = performance.now();
        void this.#refresh();
      },
      Math.max(this.#lastSoonAt + minIntervalMs - performance.now(), 0),
    );
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
      prompt: vscode.l10n.t('Scan or type a serial number, or a part of it. Leave it empty for any.'),
      value: this.#filter.serialNumber,
    });
    if (text === undefined) return;
    this.setFilter({ ...this.#filter, serialNumber: text.trim() });
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

  showUnit(row: unknown): void {
    const serialNumber = serialNumberOf(row);
    if (serialNumber !== undefined) this.setFilter({ ...noFilter, stations: this.#filter.stations, serialNumber });
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
    let lastLoadMs = 0;
    while (this.#isStale) {
      // While runs come in all the time, at most half of the time is spent on loading them.
      if (lastLoadMs > 0) await delay(lastLoadMs);
      this.#isStale = false;
      const began = Date.now();
      this.#rows = Promise.resolve(await this.#loadRows());
      this.#changed.fire(undefined);
      lastLoadMs = Date.now() - began;
    }
    this.#isLoading = false;
  }

  get #listed(): string {
    return JSON.stringify([
      this.#filter,
      this.#filter.stations === 'selected' ? this.#services.store.selected?.id : null,
    ]);
  }

  /** Never rejects. */
  async #loadRows(): Promise<Row[]> {
    const { selected } = this.#services.store;
    const listed = this.#listed;
    if (listed !== this.#shown.of || this.#services.store.stations === undefined) {
      this.#shown = noRuns(listed);
      this.#pageCount = 1;
    }
    try {
      const loaded = await loadRuns(this.#services.connection, this.#filter, selected?.id, this.#pageCount);
      if (this.#listed !== listed) return []; // What is listed now is being loaded.
      this.#shown = { of: listed, ...(loaded ?? noRuns(listed)) };
      return this.#show('', loaded?.runs.length === 0);
    } catch (error) {
      return this.#show(vscode.l10n.t('Last known state. {0}', messageOf(error)), false);
    }
  }

  #show(message: string, isEmpty: boolean): Row[] {
    const kept = this.#uploads.pending.map((each) => ({ kept: each }));
    const isFiltered = this.#isFiltered;
    // The view's welcome says that nothing matches, unless there are other rows.
    const isWelcome = isFiltered && isEmpty && kept.length === 0;
    const selected = this.#services.store.selected?.name;
    const words = filterWords(this.#filter, selected);
    if (!isFiltered) this.#view.description = selected ?? '';
    else this.#view.description = isWelcome ? words : (this.#views.of(this.#filter)?.name ?? '');
    const { runs: shown, hasMore } = this.#shown;
    const rows: Row[] = [
      ...(isFiltered && !isWelcome ? [{ filter: words }] : []),
      ...(isFiltered && isEmpty && !isWelcome ? [{ noMatch: true } as const] : []),
      ...kept,
      ...shown.map((run) => ({ run })),
      ...(hasMore ? [{ more: shown.length }] : []),
    ];
    this.#view.message = message;
    setContext('hasRuns', rows.length > 0);
    setContext('noMatchingRuns', isWelcome);
    setContext('hasKeptResults', kept.length > 0);
    this.#view.badge =
      kept.length === 0 ? undefined : { value: kept.length, tooltip: vscode.l10n.t('Pending uploads') };
    return rows;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    if ('more' in row) return moreItem(row.more);
    if ('filter' in row) return filterItem(row.filter);
    if ('noMatch' in row) return noMatchItem();
    return 'kept' in row ? pendingItem(row.kept) : runItem(row.run, this.#filter.stations !== 'selected');
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
