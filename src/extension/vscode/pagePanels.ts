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

type CreatePage = (panel: vscode.WebviewPanel, subject: string) => Page | Promise<Page>;

/** The panels of one kind of page: one for each subject, such as a serial number. They survive a reload of the window. */
export class PagePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #viewType: string;
  readonly #extension: vscode.Uri;
  readonly #createPage: CreatePage;
  readonly #keyOf: (subject: string) => string;
  readonly #pages = new Map<string, Promise<Page>>();
  readonly #registration: vscode.Disposable;

  /**
   * @param viewType also one of the activation events in the manifest
   * @param createPage throws if the subject is not one of this version
   * @param keyOf returns what subjects with the same page have in common
   */
  constructor(
    viewType: string,
    extension: vscode.Uri,
    createPage: CreatePage,
    keyOf = (subject: string): string => subject,
  ) {
    this.#viewType = viewType;
    this.#extension = extension;
    this.#createPage = createPage;
    this.#keyOf = keyOf;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** @param beside the column of a new panel; without it, that of the active editor */
  async open(subject: string, title: string, beside?: vscode.ViewColumn.Beside): Promise<void> {
    const shown = this.#pages.get(this.#keyOf(subject));
    if (shown) {
      (await shown).reveal(subject);
      return;
    }
    const column = beside ?? vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const options = { ...webviewOptions(this.#extension), enableFindWidget: true };
    await this.#attach(vscode.window.createWebviewPanel(this.#viewType, title, column, options), subject);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    panel.webview.options = webviewOptions(this.#extension);
    try {
      await this.#attach(panel, panelState.parse(state).subject);
    } catch {
      panel.dispose(); // Another version of the extension saved the state.
    }
  }

  async #attach(panel: vscode.WebviewPanel, subject: string): Promise<void> {
    const key = this.#keyOf(subject);
    const shown = this.#pages.get(key);
    if (shown) {
      panel.dispose();
      (await shown).reveal(subject);
      return;
    }
    const page = (async () => this.#createPage(panel, subject))();
    this.#pages.set(key, page);
    panel.onDidDispose(() => {
      this.#pages.delete(key);
      disposeOf(page);
    });
    try {
      await page;
    } catch (error) {
      panel.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#registration.dispose();
    for (const page of [...this.#pages.values()]) disposeOf(page);
  }
}

/** The error of a page that could not be created is reported where it is opened. */
const disposeOf = (page: Promise<Page>): void => {
  page.then(
    (each) => each.dispose(),
    () => undefined,
  );
};
