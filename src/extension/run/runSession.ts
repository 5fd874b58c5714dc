import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunMode } from '../../shared/contract/runner.ts';
import type { ScriptProcess } from './process/scriptProcess.ts';

export interface StationName {
  readonly id: string;
  readonly name: string;
}

/** Before it waits or runs, it asks what is to be known; at its end its results are looked for. */
type RunState = 'asks' | 'waits' | 'runs' | 'ends';

/** A run from the command to its last message. */
export class RunSession implements vscode.Disposable {
  readonly script: vscode.Uri;
  readonly mode: RunMode;
  /** Undefined: a dry run, or the user has not said it yet. */
  station: StationName | undefined;
  /** Of the first unit, when it was given with the command. */
  readonly serialNumber: string | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #concluded = new vscode.EventEmitter<void>();
  /** It is over, and what it pushed is settled: another may begin. */
  readonly onDidConclude = this.#concluded.event;
  #state: RunState = 'asks';
  readonly #stopped = new vscode.CancellationTokenSource();
  #scriptRun: ScriptProcess | undefined;

  constructor(script: vscode.Uri, mode: RunMode, station: StationName | undefined, serialNumber?: string) {
    this.script = script;
    this.mode = mode;
    this.station = station;
    this.serialNumber = serialNumber;
  }

  /** Name of the script's file. */
  get name(): string {
    return basename(this.script.fsPath);
  }

  /** Where it runs, as its user reads it. */
  get where(): string {
    return this.mode === 'dry' ? vscode.l10n.t('dry run') : (this.station?.name ?? '');
  }

  /** Tells it from the other runs of this window. */
  get title(): string {
    return `${this.name} · ${this.where}`;
  }

  /** Stopped, in whatever state it was. */
  get stopped(): vscode.CancellationToken {
    return this.#stopped.token;
  }

  get state(): RunState {
    return this.#state;
  }

  wait(): void {
    this.#become('waits');
  }

  /** From now on a stop goes to the script. */
  begin(scriptRun: ScriptProcess): void {
    this.#scriptRun = scriptRun;
    this.#become('runs');
  }

  /** The script has ended. */
  end(): void {
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

  /** Whether both would drive the same units at once. A dry run drives what is connected, whichever station that is. */
  isSameAs(other: RunSession): boolean {
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
