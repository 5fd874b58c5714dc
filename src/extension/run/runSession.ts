import * as vscode from 'vscode';
import type { PhaseChoice, RunMode } from '../../shared/contract/runner.ts';
import { testName } from '../../shared/script/testFiles.ts';
import type { AssistantRun, Slot } from '../connection/liveScripts.ts';
import type { StationName } from '../connection/stationStore.ts';
import type { ScriptProcess } from './process/scriptProcess.ts';

/** `preparing`: the user is being asked. `ending`: the results are being confirmed. */
type RunState = 'preparing' | 'queued' | 'running' | 'ending';

export const onlySlot: Slot = { number: 1, count: 1 };

interface RunSessionOptions {
  readonly slot?: Slot;
  readonly serialNumber?: string | undefined;
  readonly assistant?: AssistantRun | undefined;
  readonly choice?: PhaseChoice | undefined;
  readonly repetition?: string | undefined;
}

export class RunSession implements vscode.Disposable {
  readonly script: vscode.Uri;
  readonly mode: RunMode;
  /** Undefined in a dry run, or until the user has selected one. */
  station: StationName | undefined;
  /** The serial number that came with the command, or that the user chose before the start. */
  serialNumber: string | undefined;
  readonly slot: Slot;
  unit: string | undefined;
  /** Undefined if a person started the run. */
  readonly assistant: AssistantRun | undefined;
  readonly choice: PhaseChoice | undefined;
  /** Which one of repeated runs this is, such as `3 of 10`; undefined if it is not repeated. */
  readonly repetition: string | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #ended = new vscode.EventEmitter<void>();
  /** Fires when the run is over and its pushes are settled, so that another run may start. */
  readonly onDidEnd = this.#ended.event;
  #state: RunState = 'preparing';
  readonly #stopped = new vscode.CancellationTokenSource();
  #scriptProcess: ScriptProcess | undefined;

  constructor(
    script: vscode.Uri,
    mode: RunMode,
    station: StationName | undefined,
    { slot = onlySlot, serialNumber, assistant, choice, repetition }: RunSessionOptions = {},
  ) {
    this.script = script;
    this.mode = mode;
    this.station = station;
    this.slot = slot;
    this.serialNumber = serialNumber;
    this.unit = serialNumber;
    this.assistant = assistant;
    this.choice = choice;
    this.repetition = repetition;
  }

  get slotName(): string | undefined {
    return this.slot.count === 1 ? undefined : vscode.l10n.t('slot {0}', this.slot.number);
  }

  get name(): string {
    return [testName(this.script.path), ...(this.slotName === undefined ? [] : [this.slotName])].join(', ');
  }

  get where(): string {
    return this.mode === 'dry' ? vscode.l10n.t('dry run') : (this.station?.name ?? '');
  }

  get title(): string {
    const parts = [this.name, this.where];
    if (this.choice !== undefined) parts.push(describeChoice(this.choice));
    if (this.repetition !== undefined) parts.push(this.repetition);
    if (this.assistant !== undefined) parts.push(vscode.l10n.t('started by an assistant'));
    return parts.join(' · ');
  }

  get stopToken(): vscode.CancellationToken {
    return this.#stopped.token;
  }

  get state(): RunState {
    return this.#state;
  }

  markQueued(): void {
    this.#setState('queued');
  }

  markRunning(scriptProcess: ScriptProcess): void {
    this.#scriptProcess = scriptProcess;
    this.#setState('running');
  }

  markEnding(): void {
    this.#setState('ending');
  }

  #setState(state: RunState): void {
    this.#state = state;
    this.#changed.fire();
  }

  async stop(): Promise<void> {
    this.#stopped.cancel();
    await this.#scriptProcess?.stop();
  }

  /**
   * Returns whether both would drive the same unit at once. A dry run drives what is connected, whichever station that
   * is.
   */
  conflictsWith(other: RunSession): boolean {
    if (this.script.toString() !== other.script.toString() || this.slot.number !== other.slot.number) return false;
    return this.station?.id === other.station?.id || this.station === undefined || other.station === undefined;
  }

  mayShareStation(other: RunSession): boolean {
    const { script, slot } = this;
    return (
      script.toString() === other.script.toString() &&
      slot.number !== other.slot.number &&
      slot.count === other.slot.count
    );
  }

  dispose(): void {
    this.#ended.fire();
    this.#ended.dispose();
    this.#changed.dispose();
    this.#stopped.dispose();
  }
}

const describeChoice = (choice: PhaseChoice): string =>
  'from' in choice
    ? vscode.l10n.t('from {0} to the end', choice.from)
    : vscode.l10n.t('only {0}', choice.only.join(', '));
