import * as vscode from 'vscode';
import type { Change } from '../../shared/contract/events.ts';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import { presence } from '../../shared/contract/presence.ts';
import { uptime } from '../../shared/contract/uptime.ts';
import { type FromUptime, fromUptime, type ToUptime } from '../../shared/contract/uptimeView.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { packColumns } from '../../shared/uptime/uptimeColumns.ts';
import { ApiError } from '../client/apiError.ts';
import type { ChangeFeed } from '../connection/changeFeed.ts';
import type { Connection } from '../connection/connection.ts';
import type { Commands } from '../vscode/commands.ts';
import type { Log } from '../vscode/log.ts';
import { webviewPage } from '../vscode/webviewPage.ts';
import { knownStations } from './knownStations.ts';
import { exportUptime } from './uptimeExport.ts';
import type { Watching } from './watching.ts';

export interface PanelServices {
  readonly commands: Commands;
  readonly connection: Connection;
  readonly feed: ChangeFeed;
  readonly log: Log;
  readonly watching: Watching;
  readonly extension: vscode.Uri;
}

const refreshIntervalMs = 60_000;
/** Above this number of changed stations, all are loaded with one request. */
const maxSingleLoads = 10;

export class UptimePanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #services: PanelServices;
  #zone = 'UTC';
  #stationToOpen: string | undefined;
  #selection: { station: string | null; date: string | null } = { station: null, date: null };
  /** The dates of the rows that are visible; undefined when there are no rows. */
  #dates: readonly string[] | undefined;
  #stale: Set<string> | 'all' = new Set();
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(panel: vscode.WebviewPanel, services: PanelServices, station: string | undefined) {
    this.#panel = panel;
    this.#services = services;
    this.#stationToOpen = station;
    const { connection, feed, watching, extension } = services;
    const subscriptions = vscode.Disposable.from(
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidChangeViewState(() => feed.setWatching('uptime', panel.visible)),
      feed.onDidReceiveChange((change) => this.#onChange(change)),
      connection.onDidChangeServer(() => void this.#refresh()),
      watching.onDidChange(() => this.#sendWatched()),
    );
    panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      subscriptions.dispose();
      feed.setWatching('uptime', false);
    });
    feed.setWatching('uptime', true);
    feed.start();
    panel.webview.html = webviewPage(panel.webview, extension, 'uptime', '');
  }

  reveal(station: string | undefined): void {
    const isShown = this.#panel.visible && this.#dates !== undefined;
    this.#stationToOpen = station;
    this.#panel.reveal();
    // A hidden webview starts again when it is shown, and sends `ready`.
    if (isShown) this.#sendOpen();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  readonly #handlers: Handlers<FromUptime> = {
    ready: async ({ time_zone }) => {
      this.#zone = time_zone;
      this.#dates = undefined;
      this.#sendWatched();
      await this.#refresh();
      this.#sendOpen();
    },
    refresh: () => this.#refresh(),
    select: async ({ station, date }) => {
      this.#selection = { station, date };
      if (this.#dates !== undefined) await this.#loadSelection();
    },
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    export: ({ format, station }) => exportUptime(this.#services.connection, this.#zone, format, station),
    maintenance: ({ station }) => this.#command('markMaintenance', station),
    pause: ({ station }) => this.#command('pauseStation', station),
    resume: ({ station }) => this.#command('resumeStation', station),
    deletePause: async ({ station, pause }) => {
      const params = { id: station, pause_id: pause };
      await this.#services.connection.call(presence.deletePause, { params });
    },
    operatorAddress: ({ station }) => this.#command('setOperatorAddress', station),
    watch: ({ station }) => this.#command('watchStation', station),
    openDashboard: () => vscode.commands.executeCommand('testStations.openDashboard'),
  };

  #command(name: string, station: string): Thenable<unknown> {
    return vscode.commands.executeCommand(`testStations.${name}`, { id: station });
  }

  async #receive(message: unknown): Promise<void> {
    try {
      await dispatch(this.#handlers, fromUptime.parse(message));
    } catch (error) {
      await this.#services.commands.show(error);
    }
  }

  #sendOpen(): void {
    if (this.#stationToOpen !== undefined) this.#post({ type: 'open', station: this.#stationToOpen });
    this.#stationToOpen = undefined;
  }

  #onChange(change: Change | undefined): void {
    if (change === undefined || change.kind.startsWith('station.')) void this.#refresh();
    else if (change.station_id === null) return;
    else if (change.kind === 'presence.updated') void this.#refresh(change.station_id);
    else if (change.kind.startsWith('run.') && change.station_id === this.#selection.station)
      void this.#refresh(change.station_id);
  }

  /** Loads a station or everything. Changes during a load are loaded by the next one. Never rejects. */
  #refresh(station?: string): Promise<void> {
    if (station === undefined) this.#stale = 'all';
    else if (this.#stale !== 'all') this.#stale.add(station);
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      while (this.#stale === 'all' || this.#stale.size > 0) {
        const stale = this.#stale;
        this.#stale = new Set();
        if (stale === 'all' || stale.size > maxSingleLoads || this.#dates === undefined) await this.#loadAll();
        else for (const id of stale) await this.#loadStation(id);
      }
    } catch (error) {
      this.#services.log.warn(`uptime: ${String(error)}`);
      this.#dates = undefined;
      this.#post({ type: 'failed', message: messageOf(error) });
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#panel.visible && void this.#refresh(), refreshIntervalMs);
  }

  async #loadAll(): Promise<void> {
    const { connection } = this.#services;
    if (!(await connection.can('uptime'))) {
      this.#dates = undefined;
      this.#post({ type: 'known', server: connection.serverName, stations: await knownStations(connection) });
      return;
    }
    const { days, stations } = await connection.call(uptime.fleet, { query: { days: 90, time_zone: this.#zone } });
    this.#dates = days.dates;
    const rows = stations.map(({ columns: _, ...head }) => head);
    this.#post({ type: 'fleet', days, rows, columns: packColumns(stations, days.dates.length) });
    await this.#loadSelection();
  }

  async #loadStation(id: string): Promise<void> {
    const station = await this.#readStation(id);
    // A new day has begun or the station was deleted, so all rows change.
    if (station === undefined || station.days.dates.at(-1) !== this.#dates?.at(-1)) return this.#loadAll();
    this.#post({ type: 'row', row: station, now: station.days.now });
    if (id === this.#selection.station) {
      this.#post({ type: 'station', station });
      await this.#loadDay();
    }
  }

  async #loadSelection(): Promise<void> {
    const { station: id } = this.#selection;
    const station = id === null ? undefined : await this.#readStation(id);
    if (station === undefined || id !== this.#selection.station) return;
    this.#post({ type: 'station', station });
    await this.#loadDay();
  }

  async #loadDay(): Promise<void> {
    const { station, date } = this.#selection;
    if (station === null || date === null) return;
    const input = { params: { id: station, date }, query: { time_zone: this.#zone } };
    this.#post({ type: 'day', station, day: await this.#services.connection.call(uptime.day, input) });
  }

  async #readStation(id: string): Promise<Extract<ToUptime, { type: 'station' }>['station'] | undefined> {
    try {
      const input = { params: { id }, query: { days: 90, time_zone: this.#zone } };
      return await this.#services.connection.call(uptime.station, input);
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'notFound') return undefined;
      throw error;
    }
  }

  #sendWatched(): void {
    this.#post({ type: 'watched', stations: [...this.#services.watching.stations] });
  }

  #post(message: ToUptime): void {
    void this.#panel.webview.postMessage(message);
  }
}
