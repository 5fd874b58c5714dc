import * as vscode from 'vscode';

/** A read-only text document, whose text is that of the last call of `show`. */
export class TextPage implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #uri: vscode.Uri;
  #text = '';

  /** @param scheme of its own; the title is that of the tab */
  constructor(scheme: string, title: string) {
    this.#uri = vscode.Uri.from({ scheme, path: `/${title}.txt` });
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: () => this.#text,
    });
  }

  async show(text: string): Promise<void> {
    this.#text = `${text}\n`;
    this.#changed.fire(this.#uri);
    const document = await vscode.workspace.openTextDocument(this.#uri);
    await vscode.window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
