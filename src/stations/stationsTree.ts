import * as vscode from 'vscode';
import type { StationStore } from '../connection/stationStore.ts';
import { procedureLabel } from '../domain/procedureChoice.ts';
import type { Node, StationNode } from './nodes.ts';

/** Stations and, under each, its linked procedures. A changed station repaints its own node only. */
export class StationsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #store: StationStore;
  readonly #onFirstShown: () => void;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #roots: StationNode[] = [];
  /**
   * The view has had its first nodes. A node repainted while VS Code still fetches its first children keeps the old
   * ones (observed), so the first answer waits for fresh data, and nothing is repainted before it.
   */
  #shown = false;
  /** What each node showed last, by station id. */
  #painted = new Map<string, string>();

  /** @param onFirstShown called when VS Code first wants nodes: somebody looks */
  constructor(store: StationStore, onFirstShown: () => void) {
    this.#store = store;
    this.#onFirstShown = onFirstShown;
    this.#subscription = store.onDidChange(() => this.#update());
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'procedure') return [];
    if (node?.kind === 'station') {
      const { station } = node;
      return station.procedures.map((procedure) => ({ kind: 'procedure', station, procedure }));
    }
    if (!this.#shown) {
      this.#onFirstShown();
      await this.#store.refresh();
      this.#shown = true;
    }
    return this.#roots;
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'procedure' ? this.#roots.find((root) => root.station.id === node.station.id) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'station' ? this.#stationItem(node) : procedureItem(node);
  }

  #stationItem({ station }: StationNode): vscode.TreeItem {
    const selected = station.id === this.#store.selected?.id;
    const linked = procedureCount(station.procedures_count);
    // Expanded also without procedures: VS Code would show the first one that is linked below a closed node.
    const item = new vscode.TreeItem(station.name, vscode.TreeItemCollapsibleState.Expanded);
    item.id = `station:${station.id}`;
    item.description = [selected ? vscode.l10n.t('selected') : '', station.procedures_count === 0 ? linked : '']
      .filter((part) => part !== '')
      .join(', ');
    item.iconPath = selected
      ? new vscode.ThemeIcon('pass-filled', new vscode.ThemeColor('testing.iconPassed'))
      : new vscode.ThemeIcon('circuit-board');
    item.contextValue = selected ? 'station selected' : 'station';
    item.tooltip = [station.name, linked, selected ? vscode.l10n.t('Scripts run on this station.') : '']
      .filter((line) => line !== '')
      .join('\n');
    item.accessibilityInformation = {
      label: [vscode.l10n.t('Station {0}', station.name), selected ? vscode.l10n.t('selected') : '', linked]
        .filter((part) => part !== '')
        .join(', '),
    };
    return item;
  }

  #update(): void {
    const stations = this.#store.stations ?? [];
    const selected = this.#store.selected?.id;
    const before = this.#painted;
    const known = new Map(this.#roots.map((root) => [root.station.id, root]));
    const sameList =
      stations.length === this.#roots.length && stations.every((each, i) => this.#roots[i]?.station.id === each.id);
    this.#roots = stations.map((station) =>
      Object.assign(known.get(station.id) ?? { kind: 'station' as const }, { station }),
    );
    this.#painted = new Map(stations.map((each) => [each.id, JSON.stringify([each, each.id === selected])]));
    if (!this.#shown) return;
    if (!sameList) this.#changed.fire(undefined);
    else {
      for (const root of this.#roots) {
        if (before.get(root.station.id) !== this.#painted.get(root.station.id)) this.#changed.fire(root);
      }
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function procedureItem({ station, procedure }: Node & { kind: 'procedure' }): vscode.TreeItem {
  const item = new vscode.TreeItem(procedureLabel(procedure));
  item.id = `station:${station.id}/procedure:${procedure.id}`;
  if (procedure.identifier !== null && procedure.identifier !== procedure.name) item.description = procedure.name;
  item.iconPath = new vscode.ThemeIcon('checklist');
  item.contextValue = 'procedure';
  item.tooltip = vscode.l10n.t('{0} may push runs of {1}.', station.name, procedure.name);
  item.accessibilityInformation = {
    label: vscode.l10n.t('Procedure {0}, {1}, linked to {2}', procedureLabel(procedure), procedure.name, station.name),
  };
  return item;
}

function procedureCount(count: number): string {
  if (count === 0) return vscode.l10n.t('no procedure');
  return count === 1 ? vscode.l10n.t('1 procedure') : vscode.l10n.t('{0} procedures', count);
}
