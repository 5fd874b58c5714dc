import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { PhaseChoice, RunMode } from '../../shared/contract/runner.ts';
import type { AssistantRun, EndedRun, StartScript } from '../connection/liveScripts.ts';
import { UserError } from '../vscode/userError.ts';
import { Profiles } from './explorer/profiles.ts';
import { type PreparedRun, prepareRun, requireAccess } from './prepareRun.ts';
import { type Repeating, repeatRuns } from './repeatRuns.ts';
import type { RunDependencies } from './runDependencies.ts';
import { RunOutcome } from './runOutcome.ts';
import { RunQueue, waitForTurn } from './runQueue.ts';
import { RunSession } from './runSession.ts';
import { ScriptRunner } from './scriptRunner.ts';
import type { QueuePlace } from './stationQueue.ts';
import { passUseGate } from './useGate.ts';

export interface RunOptions {
  readonly mode?: RunMode;
  /** The Test Explorer's, when the run was started there. */
  readonly request?: vscode.TestRunRequest | undefined;
  /** The Operator UI's, when the run was started there. */
  readonly operated?: Parameters<StartScript>[1];
  /** By default, all phases run. */
  readonly choice?: PhaseChoice | undefined;
  readonly repetition?: string | undefined;
}

/** Runs phase scripts as stations: one at a time on each station, several stations at once. */
export class RunService implements vscode.Disposable {
  readonly #dependencies: RunDependencies;
  readonly #queue: RunQueue;
  readonly #runner: ScriptRunner;
  readonly #outcome: RunOutcome;
  readonly #profiles: Profiles;

  constructor(dependencies: RunDependencies) {
    this.#dependencies = dependencies;
    this.#queue = new RunQueue(dependencies.store);
    this.#runner = new ScriptRunner(dependencies);
    this.#outcome = new RunOutcome(dependencies);
    this.#profiles = new Profiles(
      dependencies.items,
      (script, options) => this.run(script, options),
      (script, repeating, choice) => this.repeat(script, repeating, choice),
      dependencies.report,
    );
  }

  /**
   * Runs the script as the station that is selected now, after other scripts that run there, and reports the outcome. A
   * dry run needs no station.
   * @throws UserError when the script cannot be started, with the way to fix it
   * @throws vscode.CancellationError when the user cancels a question before the start, or the wait for the station
   */
  async run(
    script: vscode.Uri,
    { mode = 'push', request, operated, choice, repetition }: RunOptions = {},
  ): Promise<EndedRun> {
    const station = operated?.station ?? this.#dependencies.store.selected;
    const { serialNumber } = operated ?? {};
    const options = { serialNumber, choice, repetition };
    return this.#run(new RunSession(script, mode, mode === 'dry' ? undefined : station, options), request);
  }

  /** Runs the script again and again, and says at the end how the runs ended. */
  async repeat(script: vscode.Uri, repeating: Repeating, choice?: PhaseChoice): Promise<void> {
    await repeatRuns(basename(script.fsPath), repeating, (repetition) => this.run(script, { choice, repetition }));
  }

  /** Runs a phase and all that follow it. */
  async runFrom(phase: vscode.TestItem): Promise<void> {
    const found = this.#dependencies.items.phaseOf(phase);
    if (found === undefined) throw new UserError(vscode.l10n.t('Choose a phase of a script.'));
    const request = this.#profiles.request(phase, 'push');
    await this.run(found.script, { request, choice: { from: found.name } });
  }

  /** See `RunForAssistant`. */
  async runForAssistant(asked: AssistantRun): Promise<EndedRun> {
    const { script, mode, station, serialNumber, token } = asked;
    const options = { serialNumber, assistant: asked };
    const run = new RunSession(script, mode, mode === 'dry' ? undefined : station, options);
    const stopping = token.onCancellationRequested(() => void run.stop());
    try {
      return await this.#run(run);
    } finally {
      stopping.dispose();
    }
  }

  /** Returns whether a script runs, or is about to run, on the station, or anywhere as a dry run. */
  isInUse(station: string | undefined): boolean {
    return this.#queue.isInUse(station);
  }

  async #run(run: RunSession, request?: vscode.TestRunRequest): Promise<EndedRun> {
    const { script, mode } = run;
    const { items, used } = this.#dependencies;
    const isOperated = run.serialNumber !== undefined || run.assistant !== undefined;
    this.#queue.add(run);
    let place: QueuePlace<RunSession> | undefined;
    try {
      const asked = await prepareRun(this.#dependencies, run);
      if (run.stopToken.isCancellationRequested) throw new vscode.CancellationError();
      place = this.#queue.join(run);
      if (run.assistant !== undefined) {
        if (this.#queue.isInUse(run.station?.id, run)) throw inUseError();
        await run.assistant.confirmStart();
      }
      const item = items.scriptItem(script);
      const testRun = items.controller.createTestRun(request ?? this.#profiles.request(item, mode), run.title);
      testRun.token.onCancellationRequested(() => void run.stop());
      const prepared = await this.#inTurn(run, place, asked, item, testRun, isOperated);
      this.#outcome.clearProblem(script);
      const end = await this.#runner.run(run, prepared, item, testRun);
      return await this.#outcome.show(run, prepared, end, async () => {
        await this.run(script, { mode, choice: run.choice });
      });
    } finally {
      if (run.mode !== 'dry' && run.station !== undefined) used.end(run.station.id);
      place?.leave();
      this.#queue.remove(run);
    }
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  dispose(): void {
    this.#outcome.dispose();
  }

  /**
   * Waits for the runs of this window, and has the server give the station to this run. The station's key may have changed
   * meanwhile, so it is read again.
   */
  async #inTurn(
    run: RunSession,
    place: QueuePlace<RunSession> | undefined,
    prepared: PreparedRun,
    item: vscode.TestItem,
    testRun: vscode.TestRun,
    isOperated: boolean,
  ): Promise<PreparedRun> {
    const { station } = prepared;
    if (place === undefined || station === undefined) return prepared;
    try {
      let { access } = station;
      if (place.ahead.length > 0) {
        if (!(await waitForTurn(run, place, item, testRun))) throw new vscode.CancellationError();
        access = await requireAccess(this.#dependencies.connection, access.station);
        if (run.stopToken.isCancellationRequested) throw new vscode.CancellationError();
      }
      await passUseGate(this.#dependencies.used, run, access.station, isOperated);
      return { ...prepared, station: { ...station, access } };
    } catch (error) {
      testRun.skipped(item);
      testRun.end();
      throw error;
    }
  }
}

const inUseError = (): UserError =>
  new UserError(vscode.l10n.t('Another script is running or queued. The run of the assistant was not started.'));
