import * as vscode from 'vscode';
import { findingsOf } from '../../../shared/analytics/measurementFindings.ts';
import { isScriptFile } from '../../vscode/scriptFile.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import type { ScriptStatistics } from './scriptStatistics.ts';
import { findingSentence } from './statisticsWords.ts';

const debounceMs = 500;
const diagnosticSource = 'Test Stations';

/** Marks the measurements of open scripts that are out of control or whose limits are never or often reached. */
export class MeasurementProblems implements vscode.Disposable {
  readonly #statistics: ScriptStatistics;
  readonly #collection = vscode.languages.createDiagnosticCollection('test-stations-statistics');
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;

  constructor(statistics: ScriptStatistics) {
    this.#statistics = statistics;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.#scheduleCheck(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#scheduleCheck(document)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#cancelCheck(document);
        this.#collection.delete(document.uri);
      }),
      statistics.onDidChange(() => this.#checkAll()),
    );
    this.#checkAll();
  }

  #checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#scheduleCheck(document);
  }

  #scheduleCheck(document: vscode.TextDocument): void {
    if (!isScriptFile(document)) return;
    this.#cancelCheck(document);
    const timer = setTimeout(() => {
      this.#timers.delete(document);
      void this.#show(document);
    }, debounceMs);
    this.#timers.set(document, timer);
  }

  #cancelCheck(document: vscode.TextDocument): void {
    clearTimeout(this.#timers.get(document));
    this.#timers.delete(document);
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const found = await this.#statistics.of(document);
    if (document.isClosed || document.version !== version) return; // another check is scheduled
    const diagnostics = (found?.measurements ?? []).flatMap(({ declared, summaries }) =>
      summaries.flatMap((summary) =>
        findingsOf(summary).map((finding) => {
          const diagnostic = new vscode.Diagnostic(
            rangeOf(document, declared.literal),
            findingSentence(finding, summary),
            vscode.DiagnosticSeverity.Information,
          );
          diagnostic.source = diagnosticSource;
          return diagnostic;
        }),
      ),
    );
    this.#collection.set(document.uri, diagnostics);
  }

  dispose(): void {
    for (const document of [...this.#timers.keys()]) this.#cancelCheck(document);
    this.#subscriptions.dispose();
    this.#collection.dispose();
  }
}
