import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../../connection/connection.ts';
import type { Log } from '../../platform/log.ts';
import { webviewOptions } from '../../platform/webviewPage.ts';
import type { ReportPanel } from './reportPanel.ts';

const viewType = 'testStations.report';
/** What the webview keeps of itself over a reload of the window. */
const kept = z.object({ subject: z.uuid() });

/** The run reports: one panel a run. They come back after a reload of the window. */
export class Reports implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #connection: Connection;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #panels = new Map<string, ReportPanel>();
  readonly #registration: vscode.Disposable;

  constructor(connection: Connection, extension: vscode.Uri, log: Log) {
    this.#connection = connection;
    this.#extension = extension;
    this.#log = log;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Shows the run's report; one that is open already is brought up to date. */
  async open(argument: unknown): Promise<void> {
    const id = z.uuid().parse(argument);
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
    const { ReportPanel } = await import('./reportPanel.ts');
    const open = this.#panels.get(id);
    if (open) {
      panel.dispose();
      return open.reveal();
    }
    this.#panels.set(id, new ReportPanel(panel, id, this.#connection, this.#extension, this.#log));
    panel.onDidDispose(() => this.#panels.delete(id));
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }
}
