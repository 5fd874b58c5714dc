import * as vscode from 'vscode';
import type { RunnerEvent } from '../../shared/contract/runner.ts';

/** A script that runs in this window on a station, for whoever follows and operates it. */
export interface LiveScript {
  readonly station: { readonly id: string; readonly name: string };
  /** Name of the script's file. */
  readonly name: string;
  readonly folder: string;
  readonly onEvent: vscode.Event<RunnerEvent>;
  /** The script has ended, and what it pushed is settled: another may begin. */
  readonly onEnd: vscode.Event<void>;
  answer(prompt: string, text: string): void;
  stop(): Promise<void>;
}

/** Starts a script as a station, with the serial number of its first unit; resolves when it has ended. */
export type StartScript = (
  script: vscode.Uri,
  options: { readonly station: { readonly id: string; readonly name: string }; readonly serialNumber: string },
) => Promise<void>;

/** Announces the scripts that run in this window, and the stations whose prompts have a view of their own. */
export class LiveScripts implements vscode.Disposable {
  readonly #started = new vscode.EventEmitter<LiveScript>();
  readonly onDidStart = this.#started.event;
  readonly #shownChanged = new vscode.EventEmitter<void>();
  /** Prompts of some station have a view of their own from now on, or no more. */
  readonly onDidChangeShown = this.#shownChanged.event;
  #shownStations: ReadonlySet<string> = new Set();

  reportStarted(script: LiveScript): void {
    this.#started.fire(script);
  }

  /** The stations whose prompts have a view of their own in this window. */
  get shown(): ReadonlySet<string> {
    return this.#shownStations;
  }

  setShown(stations: ReadonlySet<string>): void {
    this.#shownStations = stations;
    this.#shownChanged.fire();
  }

  dispose(): void {
    this.#started.dispose();
    this.#shownChanged.dispose();
  }
}
