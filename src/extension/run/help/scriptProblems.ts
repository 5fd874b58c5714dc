import * as vscode from 'vscode';
import { procedureLabel } from '../../../shared/run/procedureChoice.ts';
import { problemsOf, type ScriptProblem } from '../../../shared/script/scriptProblems.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import { isScriptFile } from '../../vscode/scriptFile.ts';
import { rangeOf, type ScriptReader } from '../../vscode/scriptReader.ts';

const debounceMs = 300;

/** Marks in open scripts what will go wrong on the selected station, while they are edited. No script is run for it. */
export class ScriptProblems implements vscode.Disposable {
  readonly #store: StationStore;
  readonly #reader: ScriptReader;
  readonly #collection = vscode.languages.createDiagnosticCollection('test-stations-script');
  readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;

  constructor(store: StationStore, reader: ScriptReader) {
    this.#store = store;
    this.#reader = reader;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.#scheduleCheck(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#scheduleCheck(document, debounceMs)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#cancelCheck(document);
        this.#collection.delete(document.uri);
      }),
      store.onDidChange(() => this.#checkAll()),
    );
    this.#checkAll();
  }

  async problems(document: vscode.TextDocument): Promise<ScriptProblem[]> {
    const { selected } = this.#store;
    const linked = selected && this.#store.station(selected.id)?.procedures;
    return problemsOf(await this.#reader.marks(document), linked);
  }

  #checkAll(): void {
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
    const { procedures } = await this.#reader.marks(document);
    if (procedures.length > 0) this.#loadLinks();
    const problems = await this.problems(document);
    if (document.isClosed || document.version !== version) return; // another check is scheduled
    this.#collection.set(
      document.uri,
      problems.map((problem) => this.#diagnostic(document, problem)),
    );
  }

  /** Loads the links of a station that was selected in another session. The store then fires a change. */
  #loadLinks(): void {
    const { selected, stations, error } = this.#store;
    if (selected !== undefined && stations === undefined && error === undefined) void this.#store.refresh();
  }

  #diagnostic(document: vscode.TextDocument, problem: ScriptProblem): vscode.Diagnostic {
    const diagnostic = new vscode.Diagnostic(
      rangeOf(document, spanOf(problem)),
      this.#message(problem),
      vscode.DiagnosticSeverity.Warning,
    );
    diagnostic.source = diagnosticSource;
    return diagnostic;
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
    for (const document of [...this.#timers.keys()]) this.#cancelCheck(document);
    this.#subscriptions.dispose();
    this.#collection.dispose();
  }
}

export const diagnosticSource = 'Test Stations';

export const spanOf = (problem: ScriptProblem): { from: number; to: number } =>
  problem.kind === 'writtenKey' ? problem.key.literal : problem.named.literal;
