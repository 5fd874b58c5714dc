import * as vscode from 'vscode';
import { type MatchedMeasurement, measurementsOfScript } from '../../../shared/analytics/measurementsOfScript.ts';
import { type MeasurementSummary } from '../../../shared/contract/analytics.ts';
import type { Change } from '../../../shared/contract/events.ts';
import type { LinkedProcedure } from '../../../shared/contract/stations.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { chooseProcedure } from '../../../shared/run/procedureChoice.ts';
import type { ScriptMarks } from '../../../shared/script/scriptInfo.ts';
import type { Services } from '../../connection/services.ts';
import { setting } from '../../vscode/settings.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';

export const statisticsDays = 90;
/** During a series of runs, statistics are loaded at most this often. */
const reloadDelayMs = 3000;

interface Found {
  readonly measurements: readonly MeasurementSummary[];
  /** How many runs the figures are of; null for all of the last `statisticsDays`. */
  readonly runs: number | null;
}

interface Loaded {
  readonly found: Promise<Found>;
  /** How many runs of the procedure each station had; undefined if the server reports new runs itself. */
  seenRuns: ReadonlyMap<string, number> | undefined;
  isStale: boolean;
}

export interface StatisticsOfScript {
  readonly procedureId: string;
  readonly measurements: readonly MatchedMeasurement[];
  readonly runs: number | null;
}

/**
 * The statistics of the measurements of open scripts. There is one request for each procedure until runs are added, or up to
 * nine on a server that computes none. Such a server reports no changes, so that runs are noticed by their number, which the
 * store loads. No server is started for hints: nothing is requested before another part of the extension has loaded the
 * stations.
 */
export class ScriptStatistics implements vscode.Disposable {
  readonly #services: Services;
  readonly #source: AnalyticsSource;
  readonly #loaded = new Map<string, Loaded>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;
  #reload: NodeJS.Timeout | undefined;

  constructor(services: Services, source: AnalyticsSource) {
    this.#services = services;
    this.#source = source;
    const { connection, store, feed } = services;
    this.#subscriptions = vscode.Disposable.from(
      connection.onDidChangeServer(() => this.#loaded.clear()),
      feed.onDidReceiveChange((change) => this.#markStale(change)),
      store.onDidChange((id) => {
        if (this.#noticeRuns() || id === undefined || id === store.selected?.id) this.#changed.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('testStations.statisticsHints')) this.#changed.fire();
      }),
    );
  }

  /** Returns undefined while there is nothing to show. */
  async of(document: vscode.TextDocument): Promise<StatisticsOfScript | undefined> {
    if (!setting('statisticsHints') || !vscode.workspace.isTrusted || this.#services.store.stations === undefined)
      return undefined;
    const marks = await this.#services.reader.marks(document);
    const procedureId = marks.measurements.length === 0 ? undefined : this.#procedureOf(marks);
    if (procedureId === undefined) return undefined;
    const { measurements, runs } = await this.#found(procedureId);
    return { procedureId, measurements: measurementsOfScript(marks.measurements, measurements), runs };
  }

  #procedureOf({ procedures, procedureArguments }: ScriptMarks): string | undefined {
    const { selected, stations = [] } = this.#services.store;
    const [named, ...others] = new Set(procedures.map(({ id }) => id));
    if (others.length > 0 || (named === undefined && procedureArguments.some(({ kind }) => kind === 'computed'))) {
      return undefined;
    }
    const linked: readonly LinkedProcedure[] =
      (selected && this.#services.store.station(selected.id)?.procedures) ?? [];
    const all = named === undefined ? linked : [...linked, ...stations.flatMap((station) => station.procedures)];
    const choice = chooseProcedure(named ?? null, all);
    return 'decided' in choice ? choice.decided.id : undefined;
  }

  #found(procedureId: string): Promise<Found> {
    const known = this.#loaded.get(procedureId);
    if (known !== undefined && !known.isStale) return known.found;
    const loaded: Loaded = { found: this.#load(procedureId), seenRuns: undefined, isStale: false };
    const seenRuns = this.#runsByStation(procedureId);
    const loading = loaded.found.then(({ runs }) => {
      if (runs !== null) loaded.seenRuns = seenRuns;
    });
    if (known === undefined) {
      this.#loaded.set(procedureId, loaded);
      return loaded.found;
    }
    // The old statistics are shown until the new ones have arrived.
    known.isStale = false;
    void loading.then(() => {
      if (this.#loaded.get(procedureId) !== known) return;
      loaded.isStale = known.isStale;
      this.#loaded.set(procedureId, loaded);
      this.#changed.fire();
    });
    return known.found;
  }

  #runsByStation(procedureId: string): Map<string, number> {
    return new Map(
      (this.#services.store.stations ?? []).flatMap(({ id }) => {
        const runs = this.#services.store.details(id)?.week.get(procedureId)?.runs;
        return runs === undefined ? [] : [[id, runs] as const];
      }),
    );
  }

  /** Marks statistics as stale that are of fewer runs than a station has by now. @returns whether there are any */
  #noticeRuns(): boolean {
    let isStale = false;
    for (const [id, loaded] of this.#loaded) {
      if (loaded.seenRuns === undefined) continue;
      const before = loaded.seenRuns;
      const now = this.#runsByStation(id);
      if ([...now].some(([station, runs]) => (before.get(station) ?? runs) !== runs)) {
        loaded.isStale = true;
        isStale = true;
      }
      loaded.seenRuns = new Map([...before, ...now]);
    }
    return isStale;
  }

  async #load(id: string): Promise<Found> {
    try {
      this.#services.feed.start();
      return await this.#source.hints(id, statisticsDays);
    } catch (error) {
      this.#services.log.debug(`statistics of a script: ${messageOf(error)}`);
      return { measurements: [], runs: 0 };
    }
  }

  #markStale(change: Change | undefined): void {
    if (change !== undefined && !change.kind.startsWith('run.')) return;
    let isShown = false;
    for (const [id, loaded] of this.#loaded) {
      if (change !== undefined && change.procedure_id !== null && change.procedure_id !== id) continue;
      loaded.isStale = true;
      isShown = true;
    }
    if (!isShown) return;
    this.#reload ??= setTimeout(() => {
      this.#reload = undefined;
      this.#changed.fire();
    }, reloadDelayMs);
  }

  dispose(): void {
    clearTimeout(this.#reload);
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}
