import * as vscode from 'vscode';
import * as z from 'zod';
import { webviewOptions } from './webviewPage.ts';

/** The state of the webview that survives a reload of the window. */
const panelState = z.object({ subject: z.string() });

interface Page {
  /** Shows the panel, with what has changed since. */
  reveal(): unknown;
  dispose(): void;
}

/** The panels of one kind of page: one for each subject, such as a serial number. They survive a reload of the window. */
export class PagePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #viewType: string;
  readonly #extension: vscode.Uri;
  readonly #createPage: (panel: vscode.WebviewPanel, subject: string) => Page;
  readonly #pages = new Map<string, Page>();
  readonly #registration: vscode.Disposable;

  /** @param viewType also one of the activation events in the manifest */
  constructor(
    viewType: string,
    extension: vscode.Uri,
    createPage: (panel: vscode.WebviewPanel, subject: string) => Page,
  ) {
    this.#viewType = viewType;
    this.#extension = extension;
    this.#createPage = createPage;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  open(subject: string, title: string): void {
    const shown = this.#pages.get(subject);
    if (shown) {
      shown.reveal();
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { ...webviewOptions(this.#extension), enableFindWidget: true };
    this.#attach(vscode.window.createWebviewPanel(this.#viewType, title, column, options), subject);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const subject = panelState.safeParse(state).data?.subject;
    const shown = subject === undefined ? undefined : this.#pages.get(subject);
    if (subject === undefined || shown) {
      panel.dispose();
      shown?.reveal();
    } else {
      panel.webview.options = webviewOptions(this.#extension);
      this.#attach(panel, subject);
    }
    return Promise.resolve();
  }

  #attach(panel: vscode.WebviewPanel, subject: string): void {
    this.#pages.set(subject, this.#createPage(panel, subject));
    panel.onDidDispose(() => {
      this.#pages.get(subject)?.dispose();
      this.#pages.delete(subject);
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const page of [...this.#pages.values()]) page.dispose();
  }
}
