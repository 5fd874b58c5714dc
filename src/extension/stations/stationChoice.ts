import * as vscode from 'vscode';
import { isStation, type PickOptions, pickStation } from '../connection/pickStation.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { isNode, type Node } from './nodes.ts';

export class StationChoice {
  readonly #store: StationStore;
  readonly #view: vscode.TreeView<Node>;

  constructor(store: StationStore, view: vscode.TreeView<Node>) {
    this.#store = store;
    this.#view = view;
  }

  /** Returns the clicked node, or the focused node for a key or the Command Palette. */
  node(argument: unknown): Node | undefined {
    if (isNode(argument)) return argument;
    const selected = this.nodes(undefined);
    return selected.length === 1 ? selected[0] : undefined;
  }

  /** Returns the clicked node, or all selected nodes for a key or the Command Palette. */
  nodes(argument: unknown): readonly Node[] {
    if (isNode(argument)) return [argument];
    return this.#view.visible ? this.#view.selection : [];
  }

  async station(argument: unknown, title: string, options: PickOptions = {}): Promise<StationItem> {
    const node = this.node(argument);
    const id = isStation(argument)
      ? argument.id
      : node === undefined || node.kind === 'group'
        ? undefined
        : node.station.id;
    const known = id === undefined ? undefined : await this.#known(id);
    return known ?? this.pick(title, options);
  }

  /** Like `station`, but asks even if a station has the focus. */
  async explicitStation(argument: unknown, title: string): Promise<StationItem> {
    return isStation(argument) || isNode(argument) ? this.station(argument, title) : this.pick(title);
  }

  pick(title: string, options: PickOptions = {}): Promise<StationItem> {
    return pickStation(this.#store, title, options);
  }

  async #known(id: string): Promise<StationItem | undefined> {
    await this.#store.refreshStation(id);
    if (this.#store.error !== undefined) throw this.#store.error;
    return this.#store.station(id);
  }
}

export const runningWarning = (store: StationStore, station: string): string =>
  store.running.has(station)
    ? `\n\n${vscode.l10n.t('A script is running on this station now. Its result would be refused and lost.')}`
    : '';
