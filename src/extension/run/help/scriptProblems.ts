import * as vscode from 'vscode';
import { procedureLabel } from '../../../shared/run/procedureChoice.ts';
import { problemsOf, type ScriptProblem } from '../../../shared/script/scriptProblems.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import { ScriptDiagnostics } from '../../vscode/scriptDiagnostics.ts';
import { rangeOf, type ScriptReader } from '../../vscode/scriptReader.ts';

/** Marks in open scripts what will go wrong on the selected station, while they are edited. No script is run for it. */
export class ScriptProblems implements vscode.Disposable {
  readonly #store: StationStore;
  readonly #reader: ScriptReader;
  readonly #subscriptions: vscode.Disposable;

  constructor(store: StationStore, reader: ScriptReader) {
    this.#store = store;
    this.#reader = reader;
    const diagnostics = new ScriptDiagnostics('test-stations-script', (document) => this.diagnose(document));
    this.#subscriptions = vscode.Disposable.from(
      diagnostics,
      store.onDidChange(() => diagnostics.checkAll()),
    );
  }

  async problems(document: vscode.TextDocument): Promise<ScriptProblem[]> {
    const { selected } = this.#store;
    const linked = selected && this.#store.station(selected.id)?.procedures;
    return problemsOf(await this.#reader.marks(document), linked);
  }

  async diagnose(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
    const { procedures } = await this.#reader.marks(document);
    if (procedures.length > 0) this.#loadLinks();
    const problems = await this.problems(document);
    return problems.map(
      (problem) =>
        new vscode.Diagnostic(
          rangeOf(document, spanOf(problem)),
          this.#message(problem),
          vscode.DiagnosticSeverity.Warning,
        ),
    );
  }

  /** Loads the links of a station that was selected in another session. The store then fires a change. */
  #loadLinks(): void {
    const { selected, stations, error } = this.#store;
    if (selected !== undefined && stations === undefined && error === undefined) void this.#store.refresh();
  }

  #message(problem: ScriptProblem): string {
    if (problem.kind === 'notLinked') {
      const station = this.#store.selected?.name ?? '';
      return vscode.l10n.t('{0} is not linked to {1}: its runs would be refused.', problem.named.id, station);
    }
    if (problem.kind === 'needsId') {
      return vscode.l10n.t(
        'The v2 client takes the id of a procedure, not its identifier: runs of {0} would be refused.',
        procedureLabel(problem.procedure),
      );
    }
    return vscode.l10n.t('The source contains an API key. Remove it: the station’s key is supplied when it runs.');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

export const spanOf = (problem: ScriptProblem): { from: number; to: number } =>
  problem.kind === 'writtenKey' ? problem.key.literal : problem.named.literal;
