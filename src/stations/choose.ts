import * as vscode from 'vscode';
import type { StationStore } from '../connection/stationStore.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { UserError } from '../platform/userError.ts';
import { isNode, type Node } from './nodes.ts';

interface PickOptions {
  /** The user may make a new station instead. */
  readonly canCreate?: boolean;
}

/** Which station a command is about: the node it was called on, the focused node, or the one that the user picks. */
export class StationChoice {
  readonly #store: StationStore;
  readonly #view: vscode.TreeView<Node>;

  constructor(store: StationStore, view: vscode.TreeView<Node>) {
    this.#store = store;
    this.#view = view;
  }

  /** The node of a click, or the one that has the focus when a key or the palette called. */
  node(argument: unknown): Node | undefined {
    if (isNode(argument)) return argument;
    return this.#view.visible ? this.#view.selection[0] : undefined;
  }

  /** @throws vscode.CancellationError when the user picks none */
  async station(argument: unknown, title: string, options: PickOptions = {}): Promise<StationItem> {
    const id = isStation(argument) ? argument.id : this.node(argument)?.station.id;
    const known = id === undefined ? undefined : await this.#known(id);
    return known ?? this.pick(title, options);
  }

  /** @throws vscode.CancellationError when the user picks none */
  async pick(title: string, { canCreate = false }: PickOptions): Promise<StationItem> {
    const stations = await this.#fresh();
    if (stations.length === 0 && !canCreate) throw new UserError(vscode.l10n.t('There is no station yet.'));
    const create = { label: `$(add) ${vscode.l10n.t('Create station…')}`, station: undefined };
    const items = stations.map((station) => ({
      label: station.name,
      description: station.id === this.#store.selected?.id ? vscode.l10n.t('selected') : '',
      station,
    }));
    const picked = await vscode.window.showQuickPick<{ label: string; station: StationItem | undefined }>(
      [...items, ...(canCreate ? [create] : [])],
      { title, placeHolder: vscode.l10n.t('Station') },
    );
    if (picked === create) await vscode.commands.executeCommand('testStations.createStation');
    if (picked?.station === undefined) throw new vscode.CancellationError();
    return picked.station;
  }

  async #known(id: string): Promise<StationItem | undefined> {
    await this.#store.refreshStation(id);
    if (this.#store.error !== undefined) throw this.#store.error;
    return this.#store.station(id);
  }

  async #fresh(): Promise<readonly StationItem[]> {
    await this.#store.refresh();
    if (this.#store.error !== undefined) throw this.#store.error;
    return this.#store.stations ?? [];
  }
}

/** Other commands name a station by its id alone. */
const isStation = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';

/** For the question before something that ends what a running script needs; empty when none runs there. */
export const warningOfRun = (store: StationStore, station: string): string =>
  store.running.has(station)
    ? `\n\n${vscode.l10n.t('A script is running on this station now. Its result would be refused and lost.')}`
    : '';
