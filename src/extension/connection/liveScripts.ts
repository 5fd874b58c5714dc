import * as vscode from 'vscode';
import type { Outcome } from '../../shared/contract/common.ts';
import type { RunnerEvent } from '../../shared/contract/runner.ts';

/** Where a unit is tested if a script tests several at the same time. */
export interface Slot {
  /** Begins with 1. */
  readonly number: number;
  readonly count: number;
}

export interface LiveScript {
  readonly station: { readonly id: string; readonly name: string };
  readonly name: string;
  readonly slot: Slot;
  readonly folder: string;
  readonly isByAssistant: boolean;
  readonly onEvent: vscode.Event<RunnerEvent>;
  /** Fires when the script has ended and its uploads are settled, so that another script may start. */
  readonly onEnd: vscode.Event<void>;
  answer(prompt: string, text: string): void;
  stop(): Promise<void>;
}

export type StartScript = (
  script: vscode.Uri,
  options: {
    readonly station: { readonly id: string; readonly name: string };
    /** By default, the first that is free. */
    readonly slot?: number;
    readonly serialNumber: string;
  },
) => Promise<void>;

/** A run that an assistant starts. A person has agreed to it. */
export interface AssistantRun {
  readonly script: vscode.Uri;
  readonly mode: 'push' | 'dry';
  readonly station: { readonly id: string; readonly name: string } | undefined;
  readonly serialNumber: string | undefined;
  readonly token: vscode.CancellationToken;
  /** Is called right before the script starts. @throws Error if it must not start any more */
  confirmStart(): Promise<void>;
  onEvent(event: RunnerEvent): void;
}

export interface EndedTest {
  readonly serialNumber: string | null;
  /** Null if the test was not finished. */
  readonly outcome: Outcome | null;
  /** What the phases of a partial run would give; null for other runs. */
  readonly partialOutcome: Outcome | null;
  readonly reason: string | null;
  /** Null if no server has confirmed the run. */
  readonly runId: string | null;
  /** Why there is no run; null in a dry run and if there is one. */
  readonly problem: string | null;
}

export interface EndedRun {
  readonly wasStopped: boolean;
  readonly failure: string | null;
  readonly tests: readonly EndedTest[];
  /** The ids of runs that were pushed without a test that could be followed. */
  readonly otherRuns: readonly string[];
}

/**
 * Resolves when the script has ended and its results are pushed or queued.
 * @throws UserError if it cannot be started, also because its station is in use
 * @throws vscode.CancellationError if the user cancels a question before the start
 */
export type RunForAssistant = (run: AssistantRun) => Promise<EndedRun>;

/** Announces the scripts that run in this window, and the stations whose prompts have a view of their own. */
export class LiveScripts implements vscode.Disposable {
  readonly #started = new vscode.EventEmitter<LiveScript>();
  readonly onDidStart = this.#started.event;
  readonly #shownChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeShownStations = this.#shownChanged.event;
  #shownStations: ReadonlySet<string> = new Set();

  reportStarted(script: LiveScript): void {
    this.#started.fire(script);
  }

  get shownStations(): ReadonlySet<string> {
    return this.#shownStations;
  }

  setShownStations(stations: ReadonlySet<string>): void {
    this.#shownStations = stations;
    this.#shownChanged.fire();
  }

  dispose(): void {
    this.#started.dispose();
    this.#shownChanged.dispose();
  }
}
