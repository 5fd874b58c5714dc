import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { checkAt, nextDue } from '../../shared/golden/goldenState.ts';
import { nextPauseChange, pauseAt } from '../../shared/uptime/pauses.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { usesOfOthers } from '../connection/useWords.ts';
import type { ExpandedGroups } from './expandedGroups.ts';
import { goldenItem, goldenNode } from './goldenItem.ts';
import { groupItem } from './groupItem.ts';
import { GroupNodes } from './groupNodes.ts';
import { groupsAround, isInGroup, outerGroup } from './groupTree.ts';
import type { GroupNode, Node, ProcedureNode, StationNode } from './nodes.ts';
import type { ShownState } from './stateWords.ts';
import type { StationFilter } from './stationFilter.ts';
import { keyItem, procedureItem, stationItem, type StationItemState, stationTooltip } from './treeItems.ts';
import { uptimeSentence } from './uptimeSentence.ts';

/** Above this number, stations start collapsed: each expanded one requests its figures from the server. */
const maxExpandedStations = 20;
const maxTimerMs = 2 ** 31 - 1;

const earliest = (...times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const goldenNodes = (parent: ProcedureNode): Node[] =>
  parent.check === undefined ? [] : [goldenNode(parent, parent.check)];

interface ViewListener {
  readonly onFirstShown: () => void;
  readonly onDidChangeExpanded: (stations: ReadonlySet<string>) => void;
}

/** The tree of stations, in their groups and with their linked procedures and keys. A change of one station repaints only its node. */
export class StationsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #services: Services;
  readonly #filter: StationFilter;
  readonly #expandedGroups: ExpandedGroups;
  readonly #listener: ViewListener;
  readonly #expanded = new Set<string>();
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  readonly #groups = new GroupNodes();
  #roots = new Map<string, StationNode>();
  /**
   * Whether the view has its first nodes. A node repainted while VS Code still fetches its first children keeps the
   * old ones (observed), so the first answer waits for fresh data, and nothing is repainted before it.
   */
  #isShown = false;
  /** The groups that the user has collapsed while a filter was set. */
  readonly #collapsedResults = new Set<string>();
  #rendered = new Map<string, unknown>();
  #timer: NodeJS.Timeout | undefined;
  readonly #changedStations = new Set<string>();
  #soon: NodeJS.Timeout | undefined;

  constructor(services: Services, filter: StationFilter, expandedGroups: ExpandedGroups, listener: ViewListener) {
    this.#services = services;
    this.#filter = filter;
    this.#expandedGroups = expandedGroups;
    this.#listener = listener;
    this.#subscription = vscode.Disposable.from(
      services.store.onDidChange((id) => this.#updateSoon(id)),
      filter.onDidChange(() => {
        this.#collapsedResults.clear();
        this.#updateSoon(undefined);
      }),
    );
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'station') return this.#children(node);
    if (node?.kind === 'procedure') return goldenNodes(node);
    if (node?.kind === 'group') return this.#inside(node.group);
    if (node !== undefined) return [];
    if (!this.#isShown) {
      this.#listener.onFirstShown();
      await this.#services.store.refresh();
      this.#update();
      this.#isShown = true;
    }
    return this.#inside(null);
  }

  /** Returns the groups and then the stations directly in a group; with null those in none. */
  #inside(group: string | null): Node[] {
    return [...this.#groups.inside(group), ...[...this.#roots.values()].filter((node) => node.station.group === group)];
  }

  async #children({ station: { id } }: StationNode): Promise<Node[]> {
    this.#setExpanded(id, true); // VS Code asks for the children of nodes that it shows expanded.
    // Later changes arrive by events. Waiting for a refresh each time would leave the view without nodes meanwhile.
    if (this.#services.store.details(id) === undefined) await this.#services.store.refreshStation(id);
    const station = this.#services.store.station(id);
    const details = this.#services.store.details(id);
    if (station === undefined) return [];
    const procedures = station.procedures.map((procedure): Node => {
      const week = details ? (details.week.get(procedure.id) ?? { runs: 0, yield: null }) : undefined;
      const check = details?.goldenChecks.find((each) => each.procedure.id === procedure.id);
      return { kind: 'procedure', station, procedure, week, check: check && checkAt(check, Date.now()) };
    });
    return details === undefined ? procedures : [...procedures, { kind: 'key', station, key: details.key }];
  }

  node(station: string): Node | undefined {
    if (this.#soon !== undefined) this.#update();
    return this.#roots.get(station);
  }

  noteExpanded(node: Node, isExpanded: boolean): void {
    if (node.kind === 'station') this.#setExpanded(node.station.id, isExpanded);
    if (node.kind !== 'group') return;
    if (node.isFiltered) this.#collapsedResults[isExpanded ? 'delete' : 'add'](node.group);
    else this.#expandedGroups.set(node.group, isExpanded);
    this.#listener.onDidChangeExpanded(this.#shownStations());
  }

  #setExpanded(id: string, isExpanded: boolean): void {
    if (this.#expanded.has(id) === isExpanded) return;
    if (isExpanded) this.#expanded.add(id);
    else this.#expanded.delete(id);
    this.#listener.onDidChangeExpanded(this.#shownStations());
  }

  #shownStations(): ReadonlySet<string> {
    return new Set(
      [...this.#expanded].filter((id) =>
        groupsAround(this.#roots.get(id)?.station.group ?? null).every((group) => {
          const node = this.#groups.get(group);
          return node === undefined || this.#isGroupExpanded(node);
        }),
      ),
    );
  }

  #isGroupExpanded({ group, isFiltered }: GroupNode): boolean {
    if (isFiltered) return !this.#collapsedResults.has(group);
    const isSmall = this.#roots.size <= maxExpandedStations;
    return this.#expandedGroups.get(group) ?? (isSmall || this.#isSelectionIn(group));
  }

  #isSelectionIn(group: string): boolean {
    const selected = this.#services.store.selected?.id;
    return selected !== undefined && isInGroup(this.#roots.get(selected)?.station.group ?? null, group);
  }

  getParent(node: Node): Node | undefined {
    switch (node.kind) {
      case 'group':
        return this.#groups.get(outerGroup(node.group));
      case 'station':
        return this.#groups.get(node.station.group);
      case 'golden':
        return node.parent;
      default:
        return this.#roots.get(node.station.id);
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node, this.#groups.counts(node.group), this.#isGroupExpanded(node));
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
      const uptime = await uptimeSentence(this.#services.connection, this.#services.log, node.station.id);
      item.tooltip = stationTooltip(node.station, this.#stateOf(node.station), uptime);
    }
    return item;
  }

  #stateOf(station: StationItem): StationItemState {
    const { id, pauses } = station;
    const isSelected = id === this.#services.store.selected?.id;
    return {
      state: this.#shownState(station),
      isSelected,
      pause: pauseAt(pauses, Date.now()),
      waiting: this.#services.store.waitingPrompts.get(id),
      usedBy: usesOfOthers(station.use, this.#services.used.user),
      // Stations without procedures are expanded too; otherwise the first linked one would be below a collapsed node.
      isExpanded: isSelected || this.#roots.size <= maxExpandedStations,
    };
  }

  #shownState({ id, state, operatorAddress }: StationItem): ShownState {
    if (this.#services.store.running.has(id)) return 'running';
    const isMonitored = this.#services.store.watched.has(id) || operatorAddress !== null;
    return state === 'disconnected' && !isMonitored ? 'idle' : state;
  }

  /** One load may change 200 stations, and an update looks at all. @param changed the station whose details changed */
  #updateSoon(changed: string | undefined): void {
    if (changed !== undefined) this.#changedStations.add(changed);
    this.#soon ??= setTimeout(() => this.#update());
  }

  #update(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const changedStations = new Set(this.#changedStations);
    this.#changedStations.clear();
    const before = this.#structure();
    const renderedBefore = this.#rendered;
    const { selected, running, waitingPrompts: waiting } = this.#services.store;
    const stations = (this.#services.store.stations ?? []).filter((station) => this.#filter.shows(station));
    const now = Date.now();
    const allPauses = stations.flatMap(({ pauses }) => pauses);
    const checksOf = (id: string): GoldenCheck[] =>
      (this.#services.store.details(id)?.goldenChecks ?? []).map((check) => checkAt(check, now));
    const allChecks = stations.flatMap(({ id }) => checksOf(id));
    this.#updateAt(earliest(nextPauseChange(allPauses, now), nextDue(allChecks, now)), now);
    const known = this.#roots;
    this.#roots = new Map(
      stations.map((station): [string, StationNode] => {
        const node: StationNode = known.get(station.id) ?? { kind: 'station', station };
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
          user: this.#services.used.user,
        },
      ]),
    );
    const changedGroups = this.#groups.update(stations, this.#filter.isSet, (station) => ({
      isInUse:
        this.#shownState(station) === 'running' || usesOfOthers(station.use, this.#services.used.user).length > 0,
      isDisconnected: this.#shownState(station) === 'disconnected',
      isWaiting: waiting.has(station.id),
    }));
    for (const id of this.#expanded) if (!this.#roots.has(id)) this.#setExpanded(id, false);
    if (!this.#isShown) return;
    if (before !== this.#structure()) {
      this.#changed.fire(undefined);
      return;
    }
    for (const node of changedGroups) this.#changed.fire(node);
    for (const [id, root] of this.#roots) {
      if (changedStations.has(id) || !isDeepStrictEqual(renderedBefore.get(id), this.#rendered.get(id)))
        this.#changed.fire(root);
    }
  }

  #structure(): string {
    const stations = [...this.#roots.values()].map(({ station: { id, group } }) => `${id} ${group ?? ''}`);
    return [this.#groups.structure, ...stations].join('\n');
  }

  #updateAt(time: number | undefined, now: number): void {
    clearTimeout(this.#timer);
    if (time === undefined) return;
    this.#timer = setTimeout(() => this.#update(), Math.min(time - now, maxTimerMs));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
