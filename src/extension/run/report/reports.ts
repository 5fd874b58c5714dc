import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';
import { webviewOptions } from '../../vscode/webviewPage.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';
import type { ReportPanel } from './reportPanel.ts';

const viewType = 'testStations.report';
/** What the webview keeps of itself over a reload of the window: the id of a run, or that of a kept result. */
const kept = z.object({ subject: z.string() });
const keptPrefix = 'kept:';

/** The run reports: one panel a run. They come back after a reload of the window. */
export class Reports implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #connection: Connection;
  readonly #outbox: UploadQueue;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #panels = new Map<string, ReportPanel>();
  readonly #subscription: vscode.Disposable;

  constructor(connection: Connection, outbox: UploadQueue, extension: vscode.Uri, log: Log) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#extension = extension;
    this.#log = log;
    this.#subscription = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      outbox.onDidChange(() => this.#refreshSaved()),
    );
  }

  /** Shows the run's report; one that is open already is brought up to date. */
  async open(argument: unknown): Promise<void> {
    await this.#open(z.uuid().parse(argument));
  }

  /** Shows the report of a result that no server has yet. @param id that of the result */
  async openKept(id: string): Promise<void> {
    await this.#open(keptPrefix + id);
  }

  async #open(id: string): Promise<void> {
    const shown = this.#panels.get(id);
    if (shown) return shown.reveal();
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const title = vscode.l10n.t('Run');
    const options = { ...webviewOptions(this.#extension), enableFindWidget: true };
    await this.#fill(vscode.window.createWebviewPanel(viewType, title, column, options), id);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const parsed = kept.safeParse(state);
    if (!parsed.success) {
      panel.dispose();
      return;
    }
    panel.webview.options = webviewOptions(this.#extension);
    await this.#fill(panel, parsed.data.subject);
  }

  async #fill(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const [{ ReportPanel }, { keptSource, runSource }] = await Promise.all([
      import('./reportPanel.ts'),
      import('./reportSource.ts'),
    ]);
    const open = this.#panels.get(id);
    if (open) {
      panel.dispose();
      return open.reveal();
    }
    const source = id.startsWith(keptPrefix)
      ? keptSource(this.#outbox, id.slice(keptPrefix.length), this.#connection)
      : runSource(this.#connection, id);
    this.#panels.set(id, new ReportPanel(panel, id, source, this.#extension, this.#log));
    panel.onDidDispose(() => this.#panels.delete(id));
  }

  /** Results that are shown and have been saved meanwhile are shown as their runs. */
  #refreshSaved(): void {
    for (const [id, panel] of this.#panels) {
      const isSaved = id.startsWith(keptPrefix) && this.#outbox.runOf(id.slice(keptPrefix.length)) !== undefined;
      if (isSaved) void panel.refreshUnsaved();
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }
}
