import * as vscode from 'vscode';
import type { Handlers } from '../../../shared/contract/messages.ts';
import { type FromReport, fromReport, type ToReport } from '../../../shared/contract/report.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { reportOf } from '../../../shared/run/report.ts';
import { ApiError } from '../../client/apiError.ts';
import { DownloadedAttachments } from '../../connection/downloadedAttachments.ts';
import type { Services } from '../../connection/services.ts';
import type { Log } from '../../vscode/log.ts';
import { Page } from '../../vscode/page.ts';
import { shortTime } from '../../vscode/shortTime.ts';
import type { ReportSource } from './reportSource.ts';
import { findSources, showPlace, type WorkspaceSources } from './workspaceSources.ts';

export class ReportPanel extends Page<FromReport, ToReport> {
  readonly #id: string;
  readonly #source: ReportSource;
  readonly #log: Log;
  readonly #attachments: DownloadedAttachments;
  #shown: { run: Run; isSaved: boolean; sources: Promise<WorkspaceSources> } | undefined;

  constructor(panel: vscode.WebviewPanel, id: string, services: Services, source: ReportSource) {
    super(panel, services, 'report', id, fromReport);
    this.#id = id;
    this.#source = source;
    this.#log = services.log;
    this.#attachments = new DownloadedAttachments((attachment) => source.content(attachment));
  }

  override async reveal(): Promise<void> {
    this.panel.reveal();
    await this.#load();
  }

  /** Loads the run of a result that was still pending when it was shown. Never rejects. */
  async refreshUnsaved(): Promise<void> {
    if (this.#shown?.isSaved === false) await this.#load();
  }

  override dispose(): void {
    this.#attachments.dispose();
    this.panel.dispose();
  }

  protected override readonly handlers: Handlers<FromReport> = {
    // A panel that was hidden starts again with the run that it had.
    ready: () => (this.#shown ? this.#show(this.#shown) : this.#load()),
    tryAgain: () => this.#load(),
    series: ({ measurement }) => this.#sendSeries(measurement),
    image: ({ attachment }) => this.#sendImage(attachment),
    openAttachment: ({ attachment }) => this.#attachments.open(this.#attachment(attachment)),
    saveAttachment: ({ attachment }) => this.#attachments.save(this.#attachment(attachment)),
    goToPhase: async ({ name }) => showPlace((await this.#loaded().sources).phases.get(name)),
    goToLine: async ({ file, line }) => showPlace((await this.#loaded().sources).files.get(file), line),
    openUnit: () => vscode.commands.executeCommand('testStations.openUnit', this.#loaded().run.unit.serial_number),
    compare: () => vscode.commands.executeCommand('testStations.compareRuns', this.#loaded().run.id),
    export: () =>
      vscode.commands.executeCommand('testStations.exportRun', {
        run: this.#loaded().run,
        content: (attachment: Run['attachments'][number]) => this.#source.content(attachment),
      }),
  };

  async #load(): Promise<void> {
    try {
      const { run, isSaved } = await this.#source.load();
      const title = `${oneLine(run.unit.serial_number)} ${run.outcome} ${shortTime(new Date(run.started_at))}`;
      this.panel.title = isSaved ? title : vscode.l10n.t('{0} (not uploaded yet)', title);
      this.#shown = { run, isSaved, sources: findSources(run) };
      await this.#show(this.#shown);
    } catch (error) {
      this.#log.warn(`run ${this.#id}: ${String(error)}`);
      this.#shown = undefined;
      this.post({ type: 'failed', message: reasonOf(error) });
    }
  }

  async #show({ run, sources }: { run: Run; sources: Promise<WorkspaceSources> }): Promise<void> {
    this.post({ type: 'run', run: reportOf(run) });
    const { phases, files } = await sources;
    this.post({ type: 'sources', phases: [...phases.keys()], files: [...files.keys()] });
  }

  #sendSeries(id: string): void {
    const measurement = this.#loaded()
      .run.phases.flatMap((phase) => phase.measurements)
      .find((each) => each.id === id);
    const series = (measurement?.data_series ?? []).map(({ data }) => Float64Array.from(data, Number));
    this.post({ type: 'series', measurement: id, series });
  }

  async #sendImage(id: string): Promise<void> {
    try {
      this.post({ type: 'image', attachment: id, content: await this.#source.content(this.#attachment(id)) });
    } catch (error) {
      this.post({ type: 'imageFailed', attachment: id, message: reasonOf(error) });
    }
  }

  #attachment(id: string): Run['attachments'][number] {
    const found = this.#loaded().run.attachments.find((each) => each.id === id);
    if (!found) throw new Error(vscode.l10n.t('The run no longer has this attachment.'));
    return found;
  }

  #loaded(): { run: Run; sources: Promise<WorkspaceSources> } {
    if (!this.#shown) throw new Error(vscode.l10n.t('The run is not loaded. Try again.'));
    return this.#shown;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiError && error.kind === 'notFound') {
    return vscode.l10n.t('The server has no such run. It was deleted, or it is in another data folder.');
  }
  return messageOf(error);
}
