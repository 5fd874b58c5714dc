import * as vscode from 'vscode';
import type { RunnerEvent } from '../../shared/contract/runner.ts';

export interface LiveScript {
  readonly station: { readonly id: string; readonly name: string };
  readonly name: string;
  readonly folder: string;
  readonly onEvent: vscode.Event<RunnerEvent>;
  /** Fires when the script has ended and its uploads are settled, so that another script may start. */
  readonly onEnd: vscode.Event<void>;
  answer(prompt: string, text: string): void;
  stop(): Promise<void>;
}

/** Resolves when the script has ended. */
export type StartScript = (
  script: vscode.Uri,
  options: { readonly station: { readonly id: string; readonly name: string }; readonly serialNumber: string },
) => Promise<void>;

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
