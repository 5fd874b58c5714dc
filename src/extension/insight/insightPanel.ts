import * as vscode from 'vscode';
import type { Change } from '../../shared/contract/events.ts';
import {
  type FromInsight,
  fromInsight,
  type InsightQuestion,
  type InsightSubject,
  insightSubject,
  type ToInsight,
} from '../../shared/contract/insightView.ts';
import type { Handlers } from '../../shared/contract/messages.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import type { Exports } from './export/exports.ts';
import { failedRunsFilter } from './failedRunsFilter.ts';
import { groupQuery, rangeQuery } from './insightQuery.ts';
import { newestRuns } from './listedAnalytics.ts';

interface InsightServices extends Services {
  readonly source: AnalyticsSource;
  readonly exports: Exports;
}

/** While runs come in, the page is loaded again after this time, or after this many times what the last load took. */
const refreshIntervalMs = 1000;
const refreshFactor = 10;
const titleLength = 40;

/** @throws SyntaxError, ZodError if the text is not a subject of this version */
export const insightSubjectOf = (text: string): InsightSubject => insightSubject.parse(JSON.parse(text));

export class InsightPanel extends Page<FromInsight, ToInsight> {
  readonly #subject: InsightSubject;
  readonly #services: InsightServices;
  #question: InsightQuestion | undefined;
  #isLoading = false;
  #isStale = false;
  #timer: NodeJS.Timeout | undefined;
  #loadMs = 0;

  constructor(panel: vscode.WebviewPanel, subject: InsightSubject, services: InsightServices) {
    super(panel, services, 'insight', JSON.stringify(subject), fromInsight);
    this.#subject = subject;
    this.#services = services;
    const { connection, feed } = services;
    const subscriptions = vscode.Disposable.from(
      feed.onDidReceiveChange((change) => this.#onChange(change)),
      connection.onDidChangeServer(() => void this.#load()),
    );
    panel.onDidDispose(() => {
      clearTimeout(this.#timer);
      subscriptions.dispose();
    });
    feed.start();
  }

  protected override readonly handlers: Handlers<FromInsight> = {
    ready: ({ question }) => this.#ask(question),
    ask: ({ question }) => this.#ask(question),
    refresh: () => this.#load(),
    export: ({ question }) => this.#services.exports.statistics(this.#subject, question),
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    openMeasurement: ({ phase_name, measurement_name, days }) =>
      vscode.commands.executeCommand('testStations.openMeasurement', {
        procedureId: this.#subject.procedure,
        phaseName: phase_name,
        measurementName: measurement_name,
        days,
      }),
    openProcedure: ({ days }) =>
      vscode.commands.executeCommand('testStations.openProcedureStatistics', {
        procedureId: this.#subject.procedure,
        days,
      }),
    openFailedRuns: ({ procedure, measurement_name, days }) =>
      vscode.commands.executeCommand('testStations.filterRuns', failedRunsFilter(procedure, measurement_name, days)),
    newGaugeStudy: () =>
      vscode.commands.executeCommand('testStations.newGaugeStudy', {
        procedureId: this.#subject.procedure,
        phaseName: this.#subject.measurement?.phase_name,
        measurementName: this.#subject.measurement?.measurement_name,
      }),
  };

  #ask(question: InsightQuestion): Promise<void> {
    this.#question = question;
    return this.#load();
  }

  /** A hidden page sends `ready` when it is shown again, so it needs no changes meanwhile. */
  #onChange(change: Change | undefined): void {
    const isAboutRuns = change === undefined || change.kind.startsWith('run.');
    if (!isAboutRuns || (change !== undefined && change.procedure_id !== this.#subject.procedure)) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        if (this.panel.visible) void this.#load();
      },
      Math.max(refreshIntervalMs, refreshFactor * this.#loadMs),
    );
  }

  /** Never rejects. Whatever is asked for during a load is loaded by the next one. */
  async #load(): Promise<void> {
    this.#isStale = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    while (this.#isStale && this.#question !== undefined) {
      this.#isStale = false;
      const start = performance.now();
      this.post(await this.#answer(this.#question));
      this.#loadMs = performance.now() - start;
    }
    this.#isLoading = false;
  }

  async #answer(question: InsightQuestion): Promise<ToInsight> {
    try {
      const answer = await loadInsight(this.#services.source, this.#subject, question);
      if (answer.type !== 'failed') {
        this.panel.title = oneLine(
          this.#subject.measurement?.measurement_name ?? answer.statistics.procedure.name,
          titleLength,
        );
      }
      return answer;
    } catch (error) {
      this.#services.log.warn(`statistics: ${String(error)}`);
      return { type: 'failed', message: messageOf(error) };
    }
  }
}

const shownValues = 2000;

async function loadInsight(
  source: AnalyticsSource,
  { procedure, measurement }: InsightSubject,
  question: InsightQuestion,
): Promise<ToInsight> {
  const { split_by, group } = question;
  const range = rangeQuery(question);
  if (measurement === null) {
    const statistics = await source.procedure(procedure, { ...range, split_by });
    const { measurements } = await source.measurements(procedure, range);
    const routes = await source.routes(procedure, range);
    return { type: 'procedure', question, statistics, measurements, routes, left_out: await leftOut(source, true) };
  }
  const query = { ...range, ...groupQuery(question), ...measurement };
  const statistics = await source.measurement(procedure, { ...query, split_by });
  const all = { ...range, ...measurement, split_by };
  const { groups } = group === null ? statistics : await source.measurement(procedure, all);
  const values = await source.values(procedure, { ...query, limit: shownValues });
  return { type: 'measurement', question, statistics, groups, values, left_out: await leftOut(source, false) };
}

async function leftOut(source: AnalyticsSource, hasAllMeasurements: boolean): Promise<string | null> {
  if (await source.isComputedByServer()) return null;
  const [runs, fewer] = [newestRuns.runs, newestRuns.runsOfAllMeasurements].map((count) =>
    count.toLocaleString(vscode.env.language),
  );
  return hasAllMeasurements
    ? vscode.l10n.t(
        'This server computes no statistics. They are of the newest {0} runs at most, and the measurements of the newest {1}.',
        runs ?? '',
        fewer ?? '',
      )
    : vscode.l10n.t('This server computes no statistics. They are of the newest {0} runs at most.', runs ?? '');
}
