import * as vscode from 'vscode';
import type { RunMode } from '../../shared/contract/runner.ts';
import type { Connection } from '../connection/connection.ts';
import type { StartScript } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { awaitTurn } from './awaitTurn.ts';
import type { Problems } from './explorer/problems.ts';
import { accessOf, askBeforeStart, savedSource, selectedStation } from './prepareRun.ts';
import { requireDebugger } from './process/debugConfiguration.ts';
import { launchSettings } from './process/launchSettings.ts';
import { interpreterFor } from './python/interpreter.ts';
import { PartNumberQuestion, type PartNumbers } from './questions/partNumberQuestion.ts';
import { ProcedureQuestion } from './questions/procedureQuestion.ts';
import { RunOutcome } from './runOutcome.ts';
import { RunSession } from './runSession.ts';
import { RunSessions } from './runSessions.ts';
import { type PreparedRun, type RunnerServices, ScriptRunner } from './scriptRunner.ts';
import { type QueuePlace, StationQueue } from './stationQueue.ts';

/** What the Operator UI starts. */
export type Operated = Parameters<StartScript>[1];

/** What stands for a run that was not started in the Test Explorer. */
export type CreateTestRunRequest = (script: vscode.TestItem, mode: RunMode) => vscode.TestRunRequest;

/** What running works with. */
interface RunNeeds extends RunnerServices {
  readonly requestFor: CreateTestRunRequest;
  readonly partNumbers: PartNumbers;
  /** Shows what goes wrong behind a message. */
  readonly report: (error: unknown) => void;
}

/** Runs phase scripts as stations: one at a time on each, on several at once. */
export class RunService {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #problems: Problems;
  readonly #log: Log;
  readonly #needs: RunNeeds;
  readonly #runs: RunSessions;
  readonly #queue = new StationQueue<RunSession>();
  readonly #execution: ScriptRunner;
  readonly #conclusion: RunOutcome;

  constructor(connection: Connection, store: StationStore, problems: Problems, log: Log, needs: RunNeeds) {
    this.#connection = connection;
    this.#store = store;
    this.#problems = problems;
    this.#log = log;
    this.#needs = needs;
    this.#runs = new RunSessions(store);
    this.#execution = new ScriptRunner(connection, log, needs);
    this.#conclusion = new RunOutcome(connection, store, problems, needs.outbox, log, needs.report);
  }

  /**
   * Runs the script as the station that is selected now and tells how it went; where another script runs there, after
   * it. A dry run needs no station.
   * @param request of the Test Explorer, when the run was started there
   * @param operated by the Operator UI: as this station, whichever is selected, and with this unit first
   * @throws UserError what keeps it from starting, with the way to mend it
   * @throws vscode.CancellationError when the user cancels a question before the start, or the wait for the station
   */
  async run(
    script: vscode.Uri,
    mode: RunMode = 'push',
    request?: vscode.TestRunRequest,
    operated?: Operated,
  ): Promise<void> {
    const station = operated?.station ?? this.#store.selected;
    const run = new RunSession(script, mode, mode === 'dry' ? undefined : station, operated?.serialNumber);
    this.#runs.add(run);
    let place: QueuePlace<RunSession> | undefined;
    try {
      const asked = await this.#prepare(run);
      if (run.stopped.isCancellationRequested) throw new vscode.CancellationError();
      if (run.station !== undefined) place = this.#queue.join(run.station.id, run);
      const item = this.#needs.items.script(script);
      const testRun = this.#needs.items.controller.createTestRun(
        request ?? this.#needs.requestFor(item, mode),
        run.title,
      );
      testRun.token.onCancellationRequested(() => void run.stop());
      const prepared = await this.#inTurn(run, place, asked, item, testRun);
      this.#problems.clear(script);
      const end = await this.#execution.run(run, prepared, item, testRun);
      await this.#conclusion.tell(run, prepared, end, () => this.run(script, mode));
    } finally {
      place?.leave();
      this.#runs.remove(run);
    }
  }

  /** Stops what runs or waits; the user is asked where that is several. */
  stop(): Promise<void> {
    return this.#runs.stop();
  }

  /** Everything that the user may have to be asked is asked now, not when the turn comes. */
  async #prepare(run: RunSession): Promise<PreparedRun> {
    if (run.mode === 'debug') requireDebugger();
    const source = await savedSource(run.script);
    let station: PreparedRun['station'];
    if (run.mode !== 'dry') {
      run.station ??= await selectedStation(this.#store);
      const access = await accessOf(this.#connection, run.station);
      station = {
        access,
        procedure: new ProcedureQuestion(this.#connection, this.#store, access.station),
        partNumber: new PartNumberQuestion(this.#connection, this.#needs.partNumbers, run),
      };
      await askBeforeStart(station, source);
    }
    const interpreter = await interpreterFor(run.script, this.#log);
    return { interpreter, launch: await launchSettings(run.script), station };
  }

  /** Waits for the station. What may have changed meanwhile is fetched anew: its key. */
  async #inTurn(
    run: RunSession,
    place: QueuePlace<RunSession> | undefined,
    prepared: PreparedRun,
    item: vscode.TestItem,
    testRun: vscode.TestRun,
  ): Promise<PreparedRun> {
    const { station } = prepared;
    if (place === undefined || place.ahead.length === 0 || station === undefined) return prepared;
    try {
      if (!(await awaitTurn(run, place, item, testRun))) throw new vscode.CancellationError();
      const access = await accessOf(this.#connection, station.access.station);
      if (run.stopped.isCancellationRequested) throw new vscode.CancellationError();
      return { ...prepared, station: { ...station, access } };
    } catch (error) {
      testRun.skipped(item);
      testRun.end();
      throw error;
    }
  }
}
