import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts } from '../connection/liveScripts.ts';
import type { SelectedStation } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { webviewOptions } from '../vscode/webviewPage.ts';
import type { OperatorPanel } from './operatorPanel.ts';

const viewType = 'testStations.operator';
const panelState = z.object({ subject: z.uuid() });

export class OperatorPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #connection: Connection;
  readonly #liveScripts: LiveScripts;
  readonly #extension: vscode.Uri;
  readonly #log: Log;
  readonly #onOpen: (station: string) => void;
  readonly #panels = new Map<string, OperatorPanel>();
  readonly #subscriptions: vscode.Disposable;

  constructor(
    connection: Connection,
    liveScripts: LiveScripts,
    extension: vscode.Uri,
    log: Log,
    onOpen: (station: string) => void,
  ) {
    this.#connection = connection;
    this.#liveScripts = liveScripts;
    this.#extension = extension;
    this.#log = log;
    this.#onOpen = onOpen;
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      connection.onDidChangeServer(() => {
        for (const panel of this.#panels.values()) panel.restart();
      }),
    );
  }

  async open({ id, name }: SelectedStation): Promise<void> {
    const open = this.#panels.get(id);
    if (open) {
      open.panel.reveal();
      return;
    }
    const options = { ...webviewOptions(this.#extension), enableFindWidget: true };
    await this.#attach(vscode.window.createWebviewPanel(viewType, name, vscode.ViewColumn.Active, options), id);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const parsed = panelState.safeParse(state);
    if (!parsed.success || !(await this.#connection.can('operator').catch(() => true))) {
      panel.dispose();
      return;
    }
    panel.webview.options = webviewOptions(this.#extension);
    await this.#attach(panel, parsed.data.subject);
  }

  async #attach(panel: vscode.WebviewPanel, id: string): Promise<void> {
    const { OperatorPanel } = await import('./operatorPanel.ts');
    if (this.#panels.has(id)) {
      panel.dispose();
      return;
    }
    this.#panels.set(id, new OperatorPanel(panel, id, this.#connection, this.#extension, this.#log));
    this.#onOpen(id);
    this.#publishShown();
    panel.onDidDispose(() => {
      this.#panels.delete(id);
      this.#publishShown();
    });
  }

  isVisible(station: string): boolean {
    return this.#panels.get(station)?.panel.visible === true;
  }

  /** Publishes the stations that have a panel: their prompts need no input box. */
  #publishShown(): void {
    this.#liveScripts.setShownStations(new Set(this.#panels.keys()));
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }
}
