import * as vscode from 'vscode';
import * as z from 'zod';
import { type InsightSubject, insightSubject } from '../../shared/contract/insightView.ts';
import { webviewOptions } from '../vscode/webviewPage.ts';
import type { InsightPanel, InsightServices } from './insightPanel.ts';

const viewType = 'testStations.insight';
/** The state of the webview that survives a reload of the window. */
const panelState = z.object({ subject: z.string() });

export class InsightPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: InsightServices;
  readonly #registration: vscode.Disposable;
  readonly #panels = new Map<string, InsightPanel>();

  constructor(services: InsightServices) {
    this.#services = services;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  async open(subject: InsightSubject): Promise<void> {
    const shown = this.#panels.get(keyOf(subject));
    if (shown) {
      shown.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { ...webviewOptions(this.#services.extension), enableFindWidget: true };
    const title = vscode.l10n.t('Statistics');
    await this.#fill(vscode.window.createWebviewPanel(viewType, title, column, options), subject);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const subject = subjectOf(state);
    if (subject === undefined) {
      panel.dispose();
      return;
    }
    panel.webview.options = webviewOptions(this.#services.extension);
    await this.#fill(panel, subject);
  }

  async #fill(panel: vscode.WebviewPanel, subject: InsightSubject): Promise<void> {
    const { InsightPanel } = await import('./insightPanel.ts');
    const key = keyOf(subject);
    const shown = this.#panels.get(key);
    if (shown) {
      panel.dispose();
      shown.reveal();
      return;
    }
    this.#panels.set(key, new InsightPanel(panel, subject, this.#services));
    panel.onDidDispose(() => this.#panels.delete(key));
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }
}

const keyOf = ({ procedure, measurement }: InsightSubject): string => JSON.stringify([procedure, measurement]);

function subjectOf(state: unknown): InsightSubject | undefined {
  const { data } = panelState.safeParse(state);
  if (data === undefined) return undefined;
  try {
    return insightSubject.parse(JSON.parse(data.subject));
  } catch {
    return undefined;
  }
}
