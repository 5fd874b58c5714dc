import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunMode } from '../../shared/contract/runner.ts';
import type { ScriptProcess } from './process/scriptProcess.ts';

export interface StationName {
  readonly id: string;
  readonly name: string;
}

type RunState = 'asks' | 'waits' | 'runs' | 'ends';

/** A run from the command to its last message. */
export class RunSession implements vscode.Disposable {
  readonly script: vscode.Uri;
  readonly mode: RunMode;
  /** Undefined in a dry run, or until the user has selected one. */
  station: StationName | undefined;
  readonly serialNumber: string | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #concluded = new vscode.EventEmitter<void>();
  /** Fires when the run is over and its pushes are settled, so that another run may start. */
  readonly onDidEnd = this.#concluded.event;
  #state: RunState = 'asks';
  readonly #stopped = new vscode.CancellationTokenSource();
  #scriptRun: ScriptProcess | undefined;

  constructor(script: vscode.Uri, mode: RunMode, station: StationName | undefined, serialNumber?: string) {
    this.script = script;
    this.mode = mode;
    this.station = station;
    this.serialNumber = serialNumber;
  }

  get name(): string {
    return basename(this.script.fsPath);
  }

  get where(): string {
    return this.mode === 'dry' ? vscode.l10n.t('dry run') : (this.station?.name ?? '');
  }

  get title(): string {
    return `${this.name} · ${this.where}`;
  }

  get stopToken(): vscode.CancellationToken {
    return this.#stopped.token;
  }

  get state(): RunState {
    return this.#state;
  }

  markQueued(): void {
    this.#become('waits');
  }

  markRunning(scriptRun: ScriptProcess): void {
    this.#scriptRun = scriptRun;
    this.#become('runs');
  }

  markEnding(): void {
    this.#become('ends');
  }

  #become(state: RunState): void {
    this.#state = state;
    this.#changed.fire();
  }

  async stop(): Promise<void> {
    this.#stopped.cancel();
    await this.#scriptRun?.stop();
  }

  /**
   * Returns whether both would drive the same units at once. A dry run drives what is connected, whichever station that
   * is.
   */
  conflictsWith(other: RunSession): boolean {
    if (this.script.toString() !== other.script.toString()) return false;
    return this.station?.id === other.station?.id || this.station === undefined || other.station === undefined;
  }

  dispose(): void {
    this.#concluded.fire();
    this.#concluded.dispose();
    this.#changed.dispose();
    this.#stopped.dispose();
  }
}
