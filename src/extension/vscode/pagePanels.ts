import * as vscode from 'vscode';
import * as z from 'zod';
import { webviewOptions } from './webviewPage.ts';

/** The state of the webview that survives a reload of the window. */
const panelState = z.object({ subject: z.string() });

interface Page {
  /** Shows the panel, with what has changed since. @param subject that it was opened with again */
  reveal(subject: string): unknown;
  dispose(): void;
}

/** The panels of one kind of page: one for each subject, such as a serial number. They survive a reload of the window. */
export class PagePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #viewType: string;
  readonly #extension: vscode.Uri;
  readonly #createPage: (panel: vscode.WebviewPanel, subject: string) => Page;
  readonly #keyOf: (subject: string) => string;
  readonly #pages = new Map<string, Page>();
  readonly #registration: vscode.Disposable;

  /**
   * @param viewType also one of the activation events in the manifest
   * @param createPage throws if the subject is not one of this version
   * @param keyOf returns what subjects with the same page have in common
   */
  constructor(
    viewType: string,
    extension: vscode.Uri,
    createPage: (panel: vscode.WebviewPanel, subject: string) => Page,
    keyOf = (subject: string): string => subject,
  ) {
    this.#viewType = viewType;
    this.#extension = extension;
    this.#createPage = createPage;
    this.#keyOf = keyOf;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** @param beside the column of a new panel; without it, that of the active editor */
  open(subject: string, title: string, beside?: vscode.ViewColumn.Beside): void {
    const shown = this.#pages.get(this.#keyOf(subject));
    if (shown) {
      shown.reveal(subject);
      return;
    }
    const column = beside ?? vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { ...webviewOptions(this.#extension), enableFindWidget: true };
    this.#attach(vscode.window.createWebviewPanel(this.#viewType, title, column, options), subject);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    panel.webview.options = webviewOptions(this.#extension);
    try {
      this.#attach(panel, panelState.parse(state).subject);
    } catch {
      panel.dispose(); // Another version of the extension saved the state.
    }
    return Promise.resolve();
  }

  #attach(panel: vscode.WebviewPanel, subject: string): void {
    const key = this.#keyOf(subject);
    const shown = this.#pages.get(key);
    if (shown) {
      panel.dispose();
      shown.reveal(subject);
      return;
    }
    this.#pages.set(key, this.#createPage(panel, subject));
    panel.onDidDispose(() => {
      this.#pages.get(key)?.dispose();
      this.#pages.delete(key);
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const page of [...this.#pages.values()]) page.dispose();
  }
}
