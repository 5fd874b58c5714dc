import * as vscode from 'vscode';
import {
  type FromComparePage,
  fromComparePage,
  type PopulationSigma,
  type ToComparePage,
} from '../../shared/contract/comparePage.ts';
import type { Handlers } from '../../shared/contract/messages.ts';
import { type Run, runs } from '../../shared/contract/runs.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { reportOf } from '../../shared/run/report.ts';
import { ApiError } from '../client/apiError.ts';
import type { Connection } from '../connection/connection.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';
import { AnalyticsSource } from './analyticsSource.ts';
import type { Exports } from './export/exports.ts';

type Side = 'left' | 'right';
type Runs = Readonly<Record<Side, Run>>;

const separator = ' ';

export const compareSubject = (one: string, other: string): string => [one, other].sort().join(separator);

/** Two runs side by side, the older one on the left. */
export class ComparePanel extends Page<FromComparePage, ToComparePage> {
  readonly #ids: readonly string[];
  readonly #connection: Connection;
  readonly #exports: Exports;
  #shown: Runs | undefined;

  constructor(panel: vscode.WebviewPanel, subject: string, services: Services, exports: Exports) {
    super(panel, services, 'compare', subject, fromComparePage);
    this.#ids = subject.split(separator);
    this.#connection = services.connection;
    this.#exports = exports;
  }

  protected override readonly handlers: Handlers<FromComparePage> = {
    ready: () => this.#load(),
    refresh: () => this.#load(),
    export: () => this.#export(),
    series: ({ side, measurement }) => this.#sendSeries(side, measurement),
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    openUnit: ({ serial_number }) => vscode.commands.executeCommand('testStations.openUnit', serial_number),
  };

  async #load(): Promise<void> {
    try {
      const loaded = await Promise.all(this.#ids.map((id) => this.#connection.call(runs.get, { params: { id } })));
      const [left, right] = loaded.sort((one, other) => Date.parse(one.started_at) - Date.parse(other.started_at));
      if (left === undefined || right === undefined) throw new Error(vscode.l10n.t('Two runs are needed.'));
      this.#shown = { left, right };
      const [one, other] = [left, right].map(({ unit }) => oneLine(unit.serial_number));
      this.panel.title = one === other ? vscode.l10n.t('{0}: 2 runs', one ?? '') : `${one ?? ''} ↔ ${other ?? ''}`;
      const { sigmas, reason } = await this.#sigmas(this.#shown);
      this.post({
        type: 'runs',
        left: reportOf(left),
        right: reportOf(right),
        sigmas,
        no_sigmas: reason,
      });
    } catch (error) {
      this.#shown = undefined;
      this.post({ type: 'failed', message: reasonOf(error) });
    }
  }

  async #sigmas({ left, right }: Runs): Promise<{ sigmas: PopulationSigma[]; reason: string | null }> {
    if (left.procedure.id !== right.procedure.id) {
      const reason = vscode.l10n.t(
        'Differences are not shown in sigmas, because the runs are of different procedures.',
      );
      return { sigmas: [], reason };
    }
    const source = new AnalyticsSource(this.#connection);
    try {
      const { measurements } = await source.measurements(left.procedure.id);
      const sigmas = measurements.flatMap(({ phase_name, measurement_name, sigma, value_count }) =>
        sigma === null ? [] : [{ phase_name, measurement_name, sigma, count: value_count }],
      );
      return { sigmas, reason: null };
    } catch (error) {
      const reason = vscode.l10n.t('Differences are not shown in sigmas. {0}', messageOf(error));
      return { sigmas: [], reason };
    }
  }

  async #export(): Promise<void> {
    if (!this.#shown) throw new Error(vscode.l10n.t('The runs are not loaded. Try again.'));
    await this.#exports.comparison(this.#shown.left, this.#shown.right);
  }

  #sendSeries(side: Side, id: string): void {
    const measurement = this.#shown?.[side].phases
      .flatMap((phase) => phase.measurements)
      .find((each) => each.id === id);
    const series = (measurement?.data_series ?? []).map(({ data }) => Float64Array.from(data, Number));
    this.post({ type: 'series', side, measurement: id, series });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiError && error.kind === 'notFound') {
    return vscode.l10n.t('The server no longer has one of the runs. It was deleted, or it is in another data folder.');
  }
  return messageOf(error);
}
