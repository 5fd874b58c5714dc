import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { uptime } from '../../shared/contract/uptime.ts';
import { formatPercent, formatWholePercent } from '../../shared/format/formatPercent.ts';
import { checkAt, nextDue } from '../../shared/golden/goldenState.ts';
import { nextPauseChange, pauseAt } from '../../shared/uptime/pauses.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';
import { figuresOf, formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { goldenItem, goldenNode } from './goldenItem.ts';
import type { Node, ProcedureNode, StationNode } from './nodes.ts';
import type { ShownState } from './stateWords.ts';
import type { StationFilter } from './stationFilter.ts';
import { keyItem, procedureItem, stationItem, type StationItemState, stationTooltip } from './treeItems.ts';

/** Above this number, stations start collapsed: each expanded one requests its figures from the server. */
const maxExpandedStations = 20;
const uptimeDays = 90;
const maxTimerMs = 2 ** 31 - 1;

const earliest = (...times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const goldenNodes = (parent: ProcedureNode): Node[] =>
  parent.check === undefined ? [] : [goldenNode(parent, parent.check)];

/** The tree of stations, with their linked procedures and keys. A change of one station repaints only its node. */
export class StationsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #filter: StationFilter;
  readonly #log: Log;
  readonly #onFirstShown: () => void;
  readonly #onDidChangeExpanded: (stations: ReadonlySet<string>) => void;
  readonly #expanded = new Set<string>();
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #roots = new Map<string, StationNode>();
  /**
   * Whether the view has its first nodes. A node repainted while VS Code still fetches its first children keeps the
   * old ones (observed), so the first answer waits for fresh data, and nothing is repainted before it.
   */
  #isShown = false;
  #rendered = new Map<string, unknown>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onDidChangeExpanded is called with the stations whose children are shown */
  constructor(
    connection: Connection,
    store: StationStore,
    filter: StationFilter,
    log: Log,
    onFirstShown: () => void,
    onDidChangeExpanded: (stations: ReadonlySet<string>) => void,
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#filter = filter;
    this.#log = log;
    this.#onFirstShown = onFirstShown;
    this.#onDidChangeExpanded = onDidChangeExpanded;
    this.#subscription = vscode.Disposable.from(
      store.onDidChange((id) => this.#update(id)),
      filter.onDidChange(() => this.#update(undefined)),
    );
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'station') return this.#children(node);
    if (node?.kind === 'procedure') return goldenNodes(node);
    if (node !== undefined) return [];
    if (!this.#isShown) {
      this.#onFirstShown();
      await this.#store.refresh();
      this.#isShown = true;
    }
    return [...this.#roots.values()];
  }

  async #children({ station: { id } }: StationNode): Promise<Node[]> {
    this.setExpanded(id, true); // VS Code asks for the children of nodes that it shows expanded.
    // Later changes arrive by events. Waiting for a refresh each time would leave the view without nodes meanwhile.
    if (this.#store.details(id) === undefined) await this.#store.refreshStation(id);
    const station = this.#store.station(id);
    const details = this.#store.details(id);
    if (station === undefined) return [];
    const procedures = station.procedures.map((procedure): Node => {
      const week = details && (details.week.get(procedure.id) ?? { runs: 0, yield: null });
      const check = details?.goldenChecks.find((each) => each.procedure.id === procedure.id);
      return { kind: 'procedure', station, procedure, week, check: check && checkAt(check, Date.now()) };
    });
    return details === undefined ? procedures : [...procedures, { kind: 'key', station, key: details.key }];
  }

  /** Notes whether the children of a station are shown. */
  setExpanded(id: string, isExpanded: boolean): void {
    if (this.#expanded.has(id) === isExpanded) return;
    if (isExpanded) this.#expanded.add(id);
    else this.#expanded.delete(id);
    this.#onDidChangeExpanded(this.#expanded);
  }

  getParent(node: Node): Node | undefined {
    if (node.kind === 'golden') return node.parent;
    return node.kind === 'station' ? undefined : this.#roots.get(node.station.id);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'station':
        return stationItem(node.station, this.#stateOf(node.station));
      case 'procedure':
        return procedureItem(node);
      case 'golden':
        return goldenItem(node);
      case 'key':
        return keyItem(node);
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    if (node.kind === 'station') {
      const uptime = await this.#uptimeSentence(node.station.id);
      item.tooltip = stationTooltip(node.station, this.#stateOf(node.station), uptime);
    }
    return item;
  }

  /** Returns the station's uptime as a sentence, or '' if the server has none or does not answer. */
  async #uptimeSentence(id: string): Promise<string> {
    try {
      if (!(await this.#connection.can('uptime'))) return '';
      const query = { days: uptimeDays, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
      const answer = await this.#connection.call(uptime.station, { params: { id }, query });
      if (!answer.is_watched) return '';
      const { percent, observed, coverage } = figuresOf(lastDays(answer.columns, answer.days, uptimeDays));
      if (percent === null) {
        return vscode.l10n.t('Too little was observed in the last {0} days to calculate its uptime.', uptimeDays);
      }
      return vscode.l10n.t(
        'Up {0} of {1} observed ({2}) in the last {3} days.',
        formatPercent(percent, vscode.env.language),
        formatLargestUnits(observed),
        formatWholePercent(coverage, vscode.env.language),
        uptimeDays,
      );
    } catch (error) {
      this.#log.debug(`uptime of ${id}: ${String(error)}`);
      return '';
    }
  }

  #stateOf(station: StationItem): StationItemState {
    const { id, pauses } = station;
    const isSelected = id === this.#store.selected?.id;
    return {
      state: this.#shownState(station),
      isSelected,
      pause: pauseAt(pauses, Date.now()),
      waiting: this.#store.waitingPrompts.get(id),
      // Stations without procedures are expanded too; otherwise the first linked one would be below a collapsed node.
      isExpanded: isSelected || this.#roots.size <= maxExpandedStations,
    };
  }

  #shownState({ id, state, operatorAddress }: StationItem): ShownState {
    if (this.#store.running.has(id)) return 'running';
    const isMonitored = this.#store.watched.has(id) || operatorAddress !== null;
    return state === 'disconnected' && !isMonitored ? 'idle' : state;
  }

  /** @param changed the station whose details have changed */
  #update(changed: string | undefined): void {
    const before = this.#roots;
    const renderedBefore = this.#rendered;
    const { selected, running, waitingPrompts: waiting } = this.#store;
    const stations = (this.#store.stations ?? []).filter((station) => this.#filter.shows(station));
    const now = Date.now();
    const allPauses = stations.flatMap(({ pauses }) => pauses);
    const checksOf = (id: string): GoldenCheck[] =>
      (this.#store.details(id)?.goldenChecks ?? []).map((check) => checkAt(check, now));
    const allChecks = stations.flatMap(({ id }) => checksOf(id));
    this.#updateAt(earliest(nextPauseChange(allPauses, now), nextDue(allChecks, now)), now);
    this.#roots = new Map(
      stations.map((station): [string, StationNode] => {
        const node: StationNode = before.get(station.id) ?? { kind: 'station', station };
        node.station = station;
        return [station.id, node];
      }),
    );
    this.#rendered = new Map(
      stations.map((each) => [
        each.id,
        {
          ...each,
          pause: pauseAt(each.pauses, now),
          checks: checksOf(each.id).map(({ state }) => state),
          selected: each.id === selected?.id,
          running: running.has(each.id),
          waiting: waiting.get(each.id),
        },
      ]),
    );
    for (const id of this.#expanded) if (!this.#roots.has(id)) this.setExpanded(id, false);
    if (!this.#isShown) return;
    if ([...before.keys()].join() !== [...this.#roots.keys()].join()) {
      this.#changed.fire(undefined);
      return;
    }
    for (const [id, root] of this.#roots) {
      if (id === changed || !isDeepStrictEqual(renderedBefore.get(id), this.#rendered.get(id)))
        this.#changed.fire(root);
    }
  }

  #updateAt(time: number | undefined, now: number): void {
    clearTimeout(this.#timer);
    if (time === undefined) return;
    this.#timer = setTimeout(() => this.#update(undefined), Math.min(time - now, maxTimerMs));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
