import * as vscode from 'vscode';

/** A read-only text document, which is shown again where it is open. */
export class TextPage implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #uri: vscode.Uri;
  #text = '';

  /** @param scheme of its own; the name of the file is the title of the tab */
  constructor(scheme: string, fileName: string) {
    this.#uri = vscode.Uri.from({ scheme, path: `/${fileName}` });
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: () => this.#text,
    });
  }

  get text(): string {
    return this.#text;
  }

  async show(text: string): Promise<void> {
    this.#text = `${text.trimEnd()}\n`;
    this.#changed.fire(this.#uri);
    const document = await vscode.workspace.openTextDocument(this.#uri);
    const viewColumn = columnOf(this.#uri) ?? vscode.ViewColumn.Active;
    await vscode.window.showTextDocument(document, { viewColumn, preview: false });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

const columnOf = (document: vscode.Uri): vscode.ViewColumn | undefined =>
  vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === document.toString()),
  )?.viewColumn;
