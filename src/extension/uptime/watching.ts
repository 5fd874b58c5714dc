import * as vscode from 'vscode';
import * as z from 'zod';
import { uptime } from '../../shared/contract/uptime.ts';
import { pauseAt } from '../../shared/uptime/pauses.ts';
import { StationTransitions } from '../../shared/uptime/stationTransitions.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { offer, showDone, showInformation, showWarning } from '../vscode/messages.ts';
import { commandRemedy } from '../vscode/userError.ts';

const key = 'watchedStations';
const storedStations = z.array(z.string()).catch([]);

export class Watching implements vscode.Disposable {
  readonly #services: Services;
  readonly #state: vscode.Memento;
  readonly #transitions = new StationTransitions();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(services: Services) {
    this.#services = services;
    this.#state = services.context.workspaceState;
    const { store } = services;
    this.#subscription = store.onDidChange(() => this.#check());
    this.#updateFeed();
    store.setWatched(this.stations);
  }

  get stations(): ReadonlySet<string> {
    return new Set(storedStations.parse(this.#state.get(key)));
  }

  async toggle(id: string): Promise<boolean> {
    const stations = new Set(this.stations);
    const isWatched = !stations.delete(id);
    if (isWatched) stations.add(id);
    await this.#state.update(key, [...stations]);
    this.#transitions.forget(id);
    this.#updateFeed();
    this.#check();
    this.#changed.fire();
    this.#services.store.setWatched(stations);
    return isWatched;
  }

  /** Streams changes while a station is watched, even when no view is open. */
  #updateFeed(): void {
    const isWatching = this.stations.size > 0;
    this.#services.feed.setWatching('watching', isWatching);
    if (isWatching) this.#services.feed.start();
  }

  #check(): void {
    for (const id of this.stations) {
      const station = this.#services.store.station(id);
      const change = station && this.#transitions.update(id, station.state);
      if (station && change !== undefined) void this.#notify(station, change);
    }
  }

  async #notify(station: StationItem, change: 'disconnected' | 'reconnected'): Promise<void> {
    if (await this.#isPaused(station.id)) return;
    const open = [commandRemedy(vscode.l10n.t('Open Uptime'), 'openUptime', { id: station.id })];
    await (change === 'disconnected'
      ? offer(showWarning, vscode.l10n.t('{0} has disconnected.', station.name), open)
      : offer(showInformation, vscode.l10n.t('{0} is connected again.', station.name), open));
  }

  /** Returns whether changes are not to be notified now; false if the server cannot be asked. */
  async #isPaused(id: string): Promise<boolean> {
    try {
      const { pauses } = await this.#services.connection.call(uptime.station, { params: { id }, query: { days: 1 } });
      return pauseAt(pauses, Date.now()) !== undefined;
    } catch (error) {
      this.#services.log.debug(`pauses of ${id}: ${String(error)}`);
      return false;
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

export function registerWatching(services: Services): Watching {
  const { commands, store } = services;
  const watching = new Watching(services);
  commands.register('watchStation', async (argument) => {
    const id = stationIdOf(argument) ?? (await pickStation(store, vscode.l10n.t('Watch station'))).id;
    const name = store.station(id)?.name ?? '';
    const message = (await watching.toggle(id))
      ? vscode.l10n.t('You will be notified when {0} disconnects or reconnects.', name)
      : vscode.l10n.t('You will no longer be notified about {0}.', name);
    showDone(message);
  });
  return watching;
}
