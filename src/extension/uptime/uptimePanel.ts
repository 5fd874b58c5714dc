import * as vscode from 'vscode';
import type { Change } from '../../shared/contract/events.ts';
import type { Handlers } from '../../shared/contract/messages.ts';
import { presence } from '../../shared/contract/presence.ts';
import { stations } from '../../shared/contract/stations.ts';
import { uptime } from '../../shared/contract/uptime.ts';
import {
  type FromUptime,
  fromUptime,
  type KnownStation,
  type StationUptime,
  type ToUptime,
} from '../../shared/contract/uptimeView.ts';
import { safeFileName } from '../../shared/format/fileNames.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { packColumns } from '../../shared/uptime/uptimeColumns.ts';
import { uptimeCsv, uptimeJson } from '../../shared/uptime/uptimeExport.ts';
import { ApiError } from '../client/apiError.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';
import { saveAs } from '../vscode/saveAs.ts';
import type { Watching } from './watching.ts';

interface PanelServices extends Services {
  readonly watching: Watching;
}

const refreshIntervalMs = 60_000;
const minIntervalMs = 1_000;
/** While changes come in, the page is loaded again after this many times what the last load took. */
const loadFactor = 5;
/** Above this number of changed stations, all are loaded with one request. */
const maxSingleLoads = 10;
/** The list has no connection status, so it is requested per station, for up to this number of stations. */
const maxStatusRequests = 100;

export class UptimePanel extends Page<FromUptime, ToUptime> {
  readonly #services: PanelServices;
  #zone = 'UTC';
  #stationToOpen: string | undefined;
  #selection: { station: string | null; date: string | null } = { station: null, date: null };
  /** The dates of the rows that are visible; undefined when there are no rows. */
  #dates: readonly string[] | undefined;
  #stale: Set<string> | 'all' = new Set();
  #loading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The stations that have changed since the last load began; undefined for everything. */
  readonly #changed = new Set<string | undefined>();
  #soon: NodeJS.Timeout | undefined;
  #loadedAt = -Infinity;
  #loadMs = 0;

  /** @param station to open; an empty text for none */
  constructor(panel: vscode.WebviewPanel, services: PanelServices, station: string) {
    super(panel, services, 'uptime', '', fromUptime);
    this.#services = services;
    this.#stationToOpen = station || undefined;
    const { connection, feed, watching } = services;
    const subscriptions = vscode.Disposable.from(
      panel.onDidChangeViewState(() => feed.setWatching('uptime', panel.visible)),
      feed.onDidReceiveChange((change) => this.#onChange(change)),
      connection.onDidChangeServer(() => void this.#refresh()),
      watching.onDidChange(() => this.#sendWatched()),
    );
    panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      clearTimeout(this.#soon);
      subscriptions.dispose();
      feed.setWatching('uptime', false);
    });
    feed.setWatching('uptime', true);
    feed.start();
  }

  override reveal(station = ''): void {
    const hasRows = this.panel.visible && this.#dates !== undefined;
    this.#stationToOpen = station || undefined;
    this.panel.reveal();
    // A hidden webview starts again when it is shown, and sends `ready`.
    if (hasRows) this.#sendOpen();
  }

  protected override readonly handlers: Handlers<FromUptime> = {
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

  #sendOpen(): void {
    if (this.#stationToOpen !== undefined) this.post({ type: 'open', station: this.#stationToOpen });
    this.#stationToOpen = undefined;
  }

  #onChange(change: Change | undefined): void {
    if (change === undefined || change.kind.startsWith('station.')) this.#refreshSoon();
    else if (change.kind === 'procedure.updated') this.#refreshSoon(this.#selection.station ?? undefined);
    else if (change.station_id === null) return;
    else if (change.kind === 'presence.updated') this.#refreshSoon(change.station_id);
    else if (change.kind.startsWith('run.') && change.station_id === this.#selection.station)
      this.#refreshSoon(change.station_id);
  }

  /** Loads at most once a second. A hidden page sends `ready` when it is shown again, so it needs no changes meanwhile. */
  #refreshSoon(station?: string): void {
    if (!this.panel.visible) return;
    this.#changed.add(station);
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined;
        for (const each of this.#changed) this.#markStale(each);
        this.#changed.clear();
        if (this.panel.visible) void this.#loadStale();
      },
      Math.max(this.#loadedAt + Math.max(minIntervalMs, loadFactor * this.#loadMs) - performance.now(), 0),
    );
  }

  #markStale(station: string | undefined): void {
    if (station === undefined) this.#stale = 'all';
    else if (this.#stale !== 'all') this.#stale.add(station);
  }

  /** Loads everything. Never rejects. */
  #refresh(): Promise<void> {
    this.#markStale(undefined);
    return this.#loadStale();
  }

  /** Loads what is stale. Changes during a load are loaded by the next one. Never rejects. */
  #loadStale(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<void> {
    const beganAt = performance.now();
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
      this.post({ type: 'failed', message: messageOf(error) });
    }
    this.#loadedAt = performance.now();
    this.#loadMs = this.#loadedAt - beganAt;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.panel.visible && void this.#refresh(), refreshIntervalMs);
  }

  async #loadAll(): Promise<void> {
    const { connection } = this.#services;
    if (!(await connection.can('uptime'))) {
      this.#dates = undefined;
      this.post({ type: 'known', server: connection.serverName, stations: await knownStations(connection) });
      return;
    }
    const { days, stations } = await connection.call(uptime.fleet, { query: { days: 90, time_zone: this.#zone } });
    this.#dates = days.dates;
    const rows = stations.map(({ columns: _, ...head }) => head);
    this.post({ type: 'fleet', days, rows, columns: packColumns(stations, days.dates.length) });
    await this.#loadSelection();
  }

  async #loadStation(id: string): Promise<void> {
    const station = await this.#readStation(id);
    // A new day has begun or the station was deleted, so all rows change.
    if (station === undefined || station.days.dates.at(-1) !== this.#dates?.at(-1)) return this.#loadAll();
    this.post({ type: 'row', row: station, now: station.days.now });
    if (id === this.#selection.station) {
      this.post({ type: 'station', station });
      await this.#loadDay();
    }
  }

  async #loadSelection(): Promise<void> {
    const { station: id } = this.#selection;
    const station = id === null ? undefined : await this.#readStation(id);
    if (station === undefined || id !== this.#selection.station) return;
    this.post({ type: 'station', station });
    await this.#loadDay();
  }

  async #loadDay(): Promise<void> {
    const { station, date } = this.#selection;
    if (station === null || date === null) return;
    const input = { params: { id: station, date }, query: { time_zone: this.#zone } };
    this.post({ type: 'day', station, day: await this.#services.connection.call(uptime.day, input) });
  }

  async #readStation(id: string): Promise<StationUptime | undefined> {
    try {
      const query = { days: 90, time_zone: this.#zone };
      return await this.#services.connection.call(uptime.station, { params: { id }, query });
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'notFound') return undefined;
      throw error;
    }
  }

  #sendWatched(): void {
    this.post({ type: 'watched', stations: [...this.#services.watching.stations] });
  }
}

async function knownStations(connection: Connection): Promise<KnownStation[]> {
  const list = await allPages((query) => connection.call(stations.list, { query }));
  const known: KnownStation[] = [];
  for (const [index, { id, name }] of list.entries()) {
    const station = index < maxStatusRequests ? await connection.call(stations.get, { params: { id } }) : undefined;
    known.push({ id, name, state: station?.connection_status ?? 'unknown' });
  }
  return known;
}

async function exportUptime(
  connection: Connection,
  zone: string,
  format: 'json' | 'csv',
  station: string | null,
): Promise<void> {
  const query = { days: 90, time_zone: zone };
  const { days, stations, name } =
    station === null
      ? { ...(await connection.call(uptime.fleet, { query })), name: '' }
      : await ofStation(connection, station, query);
  const file = safeFileName(`${name} uptime ${days.dates.at(-1) ?? ''}.${format}`.trim());
  const text = format === 'csv' ? uptimeCsv(days, stations) : uptimeJson(days, stations);
  await saveAs(file, () => new TextEncoder().encode(text));
}

async function ofStation(connection: Connection, id: string, query: { days: number; time_zone: string }) {
  const { days, ...station } = await connection.call(uptime.station, { params: { id }, query });
  return { days, stations: [station], name: station.name };
}
