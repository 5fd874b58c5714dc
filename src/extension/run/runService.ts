import * as vscode from 'vscode';
import type { PhaseChoice, RunMode } from '../../shared/contract/runner.ts';
import { testName } from '../../shared/script/testFiles.ts';
import type { AssistantRun, EndedRun, Slot, StartScript } from '../connection/liveScripts.ts';
import { showWarning } from '../vscode/messages.ts';
import { setting } from '../vscode/settings.ts';
import { UserError } from '../vscode/userError.ts';
import { Profiles } from './explorer/profiles.ts';
import { type PreparedRun, prepareRun, requireAccess } from './prepareRun.ts';
import { type Repeating, repeatRuns } from './repeatRuns.ts';
import type { RunDependencies } from './runDependencies.ts';
import { RunOutcome } from './runOutcome.ts';
import { RunQueue, waitForTurn } from './runQueue.ts';
import { onlySlot, RunSession } from './runSession.ts';
import { runScript } from './scriptRunner.ts';
import { pickSlots } from './slots.ts';
import type { QueuePlace } from './stationQueue.ts';
import { passUseGate } from './useGate.ts';

export interface RunOptions {
  readonly mode?: RunMode;
  readonly request?: vscode.TestRunRequest | undefined;
  readonly operated?: Parameters<StartScript>[1];
  /** By default, all phases run. */
  readonly choice?: PhaseChoice | undefined;
  readonly repetition?: string | undefined;
  /** By default, the first of the script's slots that is free. */
  readonly slot?: number | undefined;
  /** Is called when the last question before the start is answered. */
  readonly onPrepared?: () => void;
}

/** Runs phase scripts as stations: one at a time on each station, or one script in several slots; several stations at once. */
export class RunService implements vscode.Disposable {
  readonly #dependencies: RunDependencies;
  readonly #queue: RunQueue;
  readonly #outcome: RunOutcome;
  readonly #profiles: Profiles;

  constructor(dependencies: RunDependencies) {
    this.#dependencies = dependencies;
    this.#queue = new RunQueue(dependencies.store);
    this.#outcome = new RunOutcome(dependencies);
    this.#profiles = new Profiles(
      dependencies.items,
      (script, options) => this.runInSlots(script, options),
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
    { mode = 'push', request, operated, choice, repetition, slot, onPrepared }: RunOptions = {},
  ): Promise<EndedRun> {
    const station = mode === 'dry' ? undefined : (operated?.station ?? this.#dependencies.store.selected);
    const { serialNumber } = operated ?? {};
    const number = operated?.slot ?? slot;
    const options = { slot: this.#slot(script, station?.id, number), serialNumber, choice, repetition };
    return this.#run(new RunSession(script, mode, station, options), request, onPrepared);
  }

  /**
   * Runs the script once, or, if it tests several units at the same time, in each of the slots that the user chooses. An error of
   * one of several is shown, and the others continue.
   * @throws what `run` throws, for a single run
   */
  async runInSlots(script: vscode.Uri, options: RunOptions = {}): Promise<void> {
    const slots = await this.#pickSlots(script, options.mode ?? 'push', options.mode !== 'debug');
    if (slots.length <= 1) {
      await this.run(script, { ...options, slot: slots[0] });
      return;
    }
    const runs: Promise<EndedRun>[] = [];
    for (const slot of slots) {
      const { promise: isPrepared, resolve: onPrepared } = Promise.withResolvers<undefined>();
      const run = this.run(script, { ...options, slot, onPrepared: () => onPrepared(undefined) });
      runs.push(run);
      const hasFailed = await Promise.race([isPrepared, run]).then(
        () => false,
        () => true,
      );
      if (hasFailed) break;
    }
    const ends = await Promise.allSettled(runs);
    for (const end of ends) if (end.status === 'rejected') this.#dependencies.report(end.reason);
  }

  #slot(script: vscode.Uri, station: string | undefined, wanted: number | undefined): Slot {
    const count = setting('slots', script);
    if (count === 1 && (wanted ?? 1) === 1) return onlySlot;
    const number = wanted ?? this.#queue.freeSlots(script, station, count)[0] ?? 1;
    if (number <= count) return { number, count };
    throw new UserError(
      vscode.l10n.t(
        '{0} has {1} slots, so there is no slot {2}. Choose another slot.',
        testName(script.path),
        count,
        number,
      ),
    );
  }

  async #askUnit(run: RunSession, own: string | null): Promise<string | null> {
    const { serialNumbers } = this.#dependencies;
    for (;;) {
      const number = await serialNumbers.answer(run.script, run.title, own, (unit) => this.#refusalOf(unit, run));
      // An operator may have started the unit in another slot while the user was asked.
      const refusal = number === null ? undefined : this.#refusalOf(number, run);
      if (refusal === undefined) {
        run.unit = number ?? undefined;
        return number;
      }
      void showWarning(refusal);
    }
  }

  #setUnit(run: RunSession, unit: string): void {
    const refusal = this.#refusalOf(unit, run);
    if (refusal !== undefined) throw new UserError(refusal);
    run.unit = unit.trim();
  }

  #refusalOf(unit: string, run: RunSession): string | undefined {
    const slot = this.#queue.slotTesting(unit, run);
    return slot === undefined ? undefined : vscode.l10n.t('{0} is being tested in slot {1}.', unit.trim(), slot);
  }

  async repeat(script: vscode.Uri, repeating: Repeating, choice?: PhaseChoice): Promise<void> {
    const [slot] = await this.#pickSlots(script, 'push', false);
    await repeatRuns(testName(script.path), repeating, (repetition) => this.run(script, { choice, repetition, slot }));
  }

  async runFrom(phase: vscode.TestItem): Promise<void> {
    const found = this.#dependencies.items.phaseOf(phase);
    if (found === undefined) throw new UserError(vscode.l10n.t('Choose a phase of a script.'));
    const request = this.#profiles.request(phase, 'push');
    const [slot] = await this.#pickSlots(found.script, 'push', false);
    await this.run(found.script, { request, choice: { from: found.name }, slot });
  }

  /** Returns the free slots that the user chooses, without a question if there is nothing to choose. */
  async #pickSlots(script: vscode.Uri, mode: RunMode, mayPickMany: boolean): Promise<readonly number[]> {
    const station = mode === 'dry' ? undefined : this.#dependencies.store.selected?.id;
    const free = this.#queue.freeSlots(script, station, setting('slots', script));
    return free.length > 1 ? pickSlots(script, testName(script.path), free, mayPickMany) : free;
  }

  async runForAssistant(asked: AssistantRun): Promise<EndedRun> {
    const { script, mode, station, serialNumber, token } = asked;
    const options = { slot: this.#slot(script, station?.id, undefined), serialNumber, assistant: asked };
    const run = new RunSession(script, mode, mode === 'dry' ? undefined : station, options);
    const stopping = token.onCancellationRequested(() => void run.stop());
    try {
      return await this.#run(run);
    } finally {
      stopping.dispose();
    }
  }

  isInUse(station: string | undefined): boolean {
    return this.#queue.isInUse(station);
  }

  async #run(run: RunSession, request?: vscode.TestRunRequest, onPrepared?: () => void): Promise<EndedRun> {
    const { script, mode } = run;
    const { items, used } = this.#dependencies;
    const isOperated = run.serialNumber !== undefined || run.assistant !== undefined;
    this.#queue.add(run);
    let place: QueuePlace<RunSession> | undefined;
    try {
      if (run.serialNumber !== undefined) this.#setUnit(run, run.serialNumber);
      const asked = await prepareRun(this.#dependencies, run, (own) => this.#askUnit(run, own));
      if (run.serialNumber !== undefined) this.#setUnit(run, run.serialNumber); // a golden unit that the user chose
      onPrepared?.();
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
      const end = await runScript(this.#dependencies, run, prepared, item, testRun);
      return await this.#outcome.show(run, prepared, end, async () => {
        await this.run(script, { mode, choice: run.choice, slot: run.slot.number });
      });
    } finally {
      if (run.mode !== 'dry' && run.station !== undefined) used.end(run.station.id, run);
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
