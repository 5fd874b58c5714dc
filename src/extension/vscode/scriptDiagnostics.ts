import * as vscode from 'vscode';
import { isScriptFile } from './scriptFile.ts';

const debounceMs = 300;

export const diagnosticSource = 'Test Stations';

export class ScriptDiagnostics implements vscode.Disposable {
  readonly #diagnose: (document: vscode.TextDocument) => Promise<vscode.Diagnostic[]>;
  readonly #collection: vscode.DiagnosticCollection;
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;

  constructor(name: string, diagnose: (document: vscode.TextDocument) => Promise<vscode.Diagnostic[]>) {
    this.#diagnose = diagnose;
    this.#collection = vscode.languages.createDiagnosticCollection(name);
    this.#subscriptions = vscode.Disposable.from(
      this.#collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.#scheduleCheck(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#scheduleCheck(document, debounceMs)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#cancelCheck(document);
        this.#collection.delete(document.uri);
      }),
    );
    this.checkAll();
  }

  checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#scheduleCheck(document, 0);
  }

  #scheduleCheck(document: vscode.TextDocument, delayMs: number): void {
    if (!isScriptFile(document)) return;
    this.#cancelCheck(document);
    const timer = setTimeout(() => {
      this.#timers.delete(document);
      void this.#show(document);
    }, delayMs);
    this.#timers.set(document, timer);
  }

  #cancelCheck(document: vscode.TextDocument): void {
    clearTimeout(this.#timers.get(document));
    this.#timers.delete(document);
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const diagnostics = await this.#diagnose(document);
    if (document.isClosed || document.version !== version) return; // another check is scheduled
    for (const each of diagnostics) each.source = diagnosticSource;
    this.#collection.set(document.uri, diagnostics);
  }

  dispose(): void {
    for (const document of [...this.#timers.keys()]) this.#cancelCheck(document);
    this.#subscriptions.dispose();
  }
}
