import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';
import { webviewOptions } from '../../vscode/webviewPage.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';
import type { ReportPanel } from './reportPanel.ts';

const viewType = 'testStations.report';
/** The state of the webview that survives a reload of the window: the id of a run or of a pending upload. */
const panelState = z.object({ subject: z.string() });
const pendingPrefix = 'kept:';

export class Reports implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #connection: Connection;
  readonly #uploads: UploadQueue;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #panels = new Map<string, ReportPanel>();
  readonly #subscription: vscode.Disposable;

  constructor(connection: Connection, uploads: UploadQueue, extension: vscode.Uri, log: Log) {
    this.#connection = connection;
    this.#uploads = uploads;
    this.#extension = extension;
    this.#log = log;
    this.#subscription = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      uploads.onDidChange(() => this.#refreshSaved()),
    );
  }

  async open(argument: unknown): Promise<void> {
    await this.#open(z.uuid().parse(argument));
  }

  async openPending(id: string): Promise<void> {
    await this.#open(pendingPrefix + id);
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
    const parsed = panelState.safeParse(state);
    if (!parsed.success) {
      panel.dispose();
      return;
    }
    panel.webview.options = webviewOptions(this.#extension);
    await this.#fill(panel, parsed.data.subject);
  }

  async #fill(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const [{ ReportPanel }, { pendingSource, runSource }] = await Promise.all([
      import('./reportPanel.ts'),
      import('./reportSource.ts'),
    ]);
    const open = this.#panels.get(id);
    if (open) {
      panel.dispose();
      return open.reveal();
    }
    const source = id.startsWith(pendingPrefix)
      ? pendingSource(this.#uploads, id.slice(pendingPrefix.length), this.#connection)
      : runSource(this.#connection, id);
    this.#panels.set(id, new ReportPanel(panel, id, source, this.#extension, this.#log));
    panel.onDidDispose(() => this.#panels.delete(id));
  }

  #refreshSaved(): void {
    for (const [id, panel] of this.#panels) {
      const isSaved =
        id.startsWith(pendingPrefix) && this.#uploads.runIdOf(id.slice(pendingPrefix.length)) !== undefined;
      if (isSaved) void panel.refreshUnsaved();
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }
}
