import * as vscode from 'vscode';
import { webviewOptions } from '../vscode/webviewPage.ts';
import type { PanelServices, UptimePanel } from './uptimePanel.ts';

const viewType = 'testStations.uptime';

export class UptimePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: PanelServices;
  readonly #registration: vscode.Disposable;
  #shown: UptimePanel | undefined;

  constructor(services: PanelServices) {
    this.#services = services;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  async open(station: string | undefined): Promise<void> {
    if (this.#shown) {
      this.#shown.reveal(station);
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { ...webviewOptions(this.#services.context.extensionUri), enableFindWidget: true };
    await this.#attach(vscode.window.createWebviewPanel(viewType, vscode.l10n.t('Uptime'), column, options), station);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = webviewOptions(this.#services.context.extensionUri);
    await this.#attach(panel, undefined);
  }

  async #attach(panel: vscode.WebviewPanel, station: string | undefined): Promise<void> {
    const { UptimePanel } = await import('./uptimePanel.ts');
    if (this.#shown) {
      panel.dispose();
      this.#shown.reveal(station);
      return;
    }
    this.#shown = new UptimePanel(panel, this.#services, station);
    panel.onDidDispose(() => (this.#shown = undefined));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#shown?.dispose();
  }
}
