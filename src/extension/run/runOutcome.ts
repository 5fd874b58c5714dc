import * as vscode from 'vscode';
import { partialRunMetadata, type RunnerFailure } from '../../shared/contract/runner.ts';
import { type Run, runs } from '../../shared/contract/runs.ts';
import { assistantMetadata, isByAssistant } from '../../shared/contract/startedBy.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { type RunProgress, type TestExecution, verdictOf, withPush } from '../../shared/live/runProgress.ts';
import type { StationAccess } from '../connection/connection.ts';
import type { EndedRun, EndedTest } from '../connection/liveScripts.ts';
import { lineRange } from '../vscode/scriptFile.ts';
import {
  completedBy,
  describeDeath,
  describeResult,
  isGood,
  showDryOutcome,
  showFailure,
  showSaved,
  showUnsaved,
  showWithoutTest,
  type Unsaved,
} from './outcomeMessages.ts';
import type { PreparedRun, RunningStation } from './prepareRun.ts';
import type { ScriptEnd } from './process/scriptProcess.ts';
import type { RunDependencies } from './runDependencies.ts';
import type { RunSession } from './runSession.ts';

export class RunOutcome implements vscode.Disposable {
  readonly #dependencies: RunDependencies;
  readonly #problems = new Problems();

  constructor(dependencies: RunDependencies) {
    this.#dependencies = dependencies;
  }

  clearProblem(script: vscode.Uri): void {
    this.#problems.clear(script);
  }

  /**
   * Resolves when the outcome is shown and the results are pushed or queued; the user may answer the message later.
   * @param runAgain runs the script again
   * @throws UserError when something is missing that the user can provide, such as a package
   * @throws Error when a question of the run could not be asked
   */
  async show(
    run: RunSession,
    { test, station }: PreparedRun,
    end: ScriptEnd,
    runAgain: () => Promise<void>,
  ): Promise<EndedRun> {
    const { store, report } = this.#dependencies;
    const { failure, executions } = end.live;
    if (failure !== null && !end.wasStopped) this.#problems.show(run.script, failure);
    const remedy = failure !== null && executions.length === 0 ? test.remedyOf(failure, runAgain) : undefined;
    if (remedy !== undefined) throw remedy;
    if (station === undefined) {
      const isQuiet = run.repetition !== undefined && executions.every(isGood);
      if (!isQuiet) this.#inBackground(showDryOutcome(run.name, end));
      return endedRun(
        end,
        executions.map((execution) => endedTest(execution)),
      );
    }
    const { station: runningStation } = station.access;
    const settled = { ...end, live: await this.#settle(end.live) };
    const tests = await this.#showPushed(run, station, settled);
    store.refreshStation(runningStation.id).catch(report); // in the background: the user may run the script again now
    if (end.questionError !== undefined) throw end.questionError; // after the outcome of the units before it
    return endedRun(settled, tests);
  }

  dispose(): void {
    this.#problems.dispose();
  }

  async #settle(live: RunProgress): Promise<RunProgress> {
    let settled = live;
    for (const { id, push } of live.executions) {
      if (push !== null && 'runId' in push) continue;
      const pushed = await this.#dependencies.uploads.settle(id);
      if (pushed !== undefined) settled = withPush(settled, id, pushed);
    }
    return settled;
  }

  async #showPushed(
    session: RunSession,
    { access, procedure }: RunningStation,
    end: ScriptEnd,
  ): Promise<readonly EndedTest[]> {
    const script = session.name;
    const { station } = access;
    const { live, wasStopped: stopped } = end;
    const confirmed: { execution: TestExecution; run: Run }[] = [];
    const unsaved: Unsaved[] = [];
    for (const execution of live.executions) {
      const outcome = await this.#confirm(execution, end);
      if (typeof outcome === 'string') unsaved.push({ execution, sentence: outcome });
      else confirmed.push({ execution: completedBy(outcome, execution), run: outcome });
    }
    const ended = [
      ...confirmed.map(({ execution, run }) => endedTest(execution, run)),
      ...unsaved.map(({ execution, sentence }) => ({ ...endedTest(execution), problem: sentence })),
    ];
    await this.#markRuns(access, session, confirmed, live.otherRuns);
    if (unsaved.length > 0) this.#inBackground(showUnsaved(unsaved, live.executions.length, station.id));
    const last = confirmed.at(-1);
    if (live.failure !== null && !stopped) {
      this.#inBackground(showFailure(script, live.failure, confirmed.length + live.otherRuns.length));
    } else if (last !== undefined && confirmed.length === live.executions.length) {
      if (session.repetition !== undefined && live.executions.every(isGood)) return ended;
      this.#inBackground(showSaved(last.execution, last.run, station, live.executions, procedure.isAssumed));
    } else if (live.executions.length === 0 && !stopped) {
      this.#inBackground(showWithoutTest(script, end));
    }
    return ended;
  }

  /**
   * Marks partial runs, and those that an assistant has started and the server has not marked: TofuPilot does not, nor does a script
   * with a client of its own.
   */
  async #markRuns(
    { api }: StationAccess,
    { assistant, choice }: RunSession,
    confirmed: readonly { readonly run: Run }[],
    otherRuns: readonly string[],
  ): Promise<void> {
    const metadata = {
      ...(assistant === undefined ? {} : assistantMetadata),
      ...(choice === undefined ? {} : partialRunMetadata(choice)),
    };
    if (Object.keys(metadata).length === 0) return;
    const isMarked = ({ metadata: own }: Run): boolean => choice === undefined && isByAssistant(own);
    const unmarked = confirmed.flatMap(({ run }) => (isMarked(run) ? [] : run.id));
    for (const id of [...unmarked, ...otherRuns]) {
      try {
        await api.call(runs.updateMetadata, { params: { id }, body: { metadata } });
      } catch (error) {
        this.#dependencies.log.warn(`Run ${id} did not get the metadata ${JSON.stringify(metadata)}: ${String(error)}`);
      }
    }
  }

  async #confirm(execution: TestExecution, end: ScriptEnd): Promise<Run | string> {
    const { push, outcome } = execution;
    const result = describeResult(execution);
    if (push !== null && 'runId' in push) {
      try {
        return await this.#dependencies.connection.call(runs.get, { params: { id: push.runId } });
      } catch (error) {
        const reason = messageOf(error);
        return vscode.l10n.t('{0} Pushed as run {1}, which could not be confirmed: {2}', result, push.runId, reason);
      }
    }
    if (push !== null && 'pendingReason' in push) {
      return vscode.l10n.t('{0} Not uploaded yet; the result is in the Runs view. {1}', result, push.pendingReason);
    }
    if (push !== null) return vscode.l10n.t('{0} The run was not saved: {1}', result, push.message);
    if (outcome === null) {
      return vscode.l10n.t('A test was not finished, and its run was not saved. {0}', describeDeath(end));
    }
    return end.wasStopped || !end.live.ended
      ? vscode.l10n.t('{0} The script ended before it had pushed the run, so it was not saved.', result)
      : vscode.l10n.t(
          '{0} The run was not saved: the script does not push it. Add “test.add_output_callbacks(upload())” before the test is executed.',
          result,
        );
  }

  /** The user may answer the message later. */
  #inBackground(shown: Promise<void>): void {
    shown.catch(this.#dependencies.report);
  }
}

const endedRun = ({ live, wasStopped }: ScriptEnd, tests: readonly EndedTest[]): EndedRun => ({
  wasStopped,
  failure: live.failure === null ? null : `${live.failure.type}: ${live.failure.message}`,
  tests,
  otherRuns: live.otherRuns,
});

function endedTest(execution: TestExecution, run?: Run): EndedTest {
  const verdict = verdictOf(execution);
  return {
    serialNumber: execution.serialNumber,
    outcome: verdict?.outcome ?? null,
    partialOutcome: execution.partialOutcome,
    reason: verdict?.reason ?? null,
    runId: run?.id ?? null,
    problem: null,
  };
}

/** The Python error that ended the last run of each script, at its line, until the script runs again. */
class Problems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('test-stations');
  readonly #files = new Map<string, vscode.Uri>();

  clear(script: vscode.Uri): void {
    const file = this.#files.get(script.toString());
    if (file !== undefined) this.#collection.delete(file);
  }

  show(script: vscode.Uri, { place, type, message }: RunnerFailure): void {
    const file = place === null ? script : vscode.Uri.file(place.file);
    const range = lineRange(place?.line ?? 1);
    const diagnostic = new vscode.Diagnostic(range, `${type}: ${message}`, vscode.DiagnosticSeverity.Error);
    diagnostic.source = 'Test Stations';
    this.#collection.set(file, [diagnostic]);
    this.#files.set(script.toString(), file);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}
