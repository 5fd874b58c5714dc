import * as vscode from 'vscode';
import type { InsightQuestion, InsightSubject } from '../../../shared/contract/insightView.ts';
import { type Run, runs } from '../../../shared/contract/runs.ts';
import type { Study } from '../../../shared/contract/studies.ts';
import type { CallInput } from '../../client/stationApi.ts';
import type { Connection } from '../../connection/connection.ts';
import { downloadAttachment } from '../../connection/downloadedAttachments.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import type { ExportableRun } from './exportableRun.ts';

export interface ShownRuns {
  readonly title: string;
  readonly query: CallInput<typeof runs.list>['query'];
}

const runsPerPage = 100;

/** Exports tables and runs. What it needs is loaded at the first export. Canceled exports throw CancellationError. */
export class Exports {
  readonly #connection: Connection;
  readonly #source: AnalyticsSource;

  constructor(connection: Connection, source: AnalyticsSource) {
    this.#connection = connection;
    this.#source = source;
  }

  async statistics(
    subject: Pick<InsightSubject, 'procedure' | 'measurement'>,
    question: InsightQuestion,
  ): Promise<void> {
    const { exportStatistics } = await import('./exporting.ts');
    await exportStatistics(this.#source, subject, question);
  }

  async comparison(one: Run, other: Run): Promise<void> {
    const { exportComparison } = await import('./exporting.ts');
    await exportComparison(one, other);
  }

  async run(exported: ExportableRun | string): Promise<void> {
    const { exportRun } = await import('./exporting.ts');
    await exportRun(typeof exported === 'string' ? await this.#load(exported) : exported);
  }

  async #load(id: string): Promise<ExportableRun> {
    return {
      run: await this.#connection.call(runs.get, { params: { id } }),
      content: (attachment) => downloadAttachment(this.#connection, attachment),
    };
  }

  async study(study: Study): Promise<void> {
    const { exportStudy } = await import('./exporting.ts');
    await exportStudy(study);
  }

  unit(serialNumber: string): Promise<void> {
    return this.runs({ title: serialNumber, query: { serial_numbers: [serialNumber] } });
  }

  async runs({ title, query }: ShownRuns): Promise<void> {
    const { exportRunList } = await import('./exporting.ts');
    await exportRunList(vscode.l10n.t('Export runs of {0}', title), `${title} runs`, (cursor) =>
      this.#connection.call(runs.list, { query: { ...query, limit: runsPerPage, cursor } }),
    );
  }
}
