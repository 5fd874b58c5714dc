import * as vscode from 'vscode';
import type { RunnerFailure } from '../../../shared/contract/runner.ts';
import { lineRange } from './testItems.ts';

/** Python errors of the last run of each script, at their lines, until the script runs again. */
export class Problems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('test-stations');
  /** The file in which the last run of a script put its problem. */
  readonly #placed = new Map<string, vscode.Uri>();

  clear(script: vscode.Uri): void {
    const placed = this.#placed.get(script.toString());
    if (placed !== undefined) this.#collection.delete(placed);
  }

  show(script: vscode.Uri, failure: RunnerFailure): void {
    const file = failure.place === null ? script : vscode.Uri.file(failure.place.file);
    const diagnostic = new vscode.Diagnostic(
      lineRange(failure.place?.line ?? 1),
      `${failure.type}: ${failure.message}`,
      vscode.DiagnosticSeverity.Error,
    );
    diagnostic.source = 'Test Stations';
    this.#collection.set(file, [diagnostic]);
    this.#placed.set(script.toString(), file);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}
