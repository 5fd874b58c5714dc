import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunnerFailure } from '../../shared/contract/runner.ts';
import { type Run, runs } from '../../shared/contract/runs.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { asSentence, oneLine } from '../../shared/format/oneLine.ts';
import { type TestExecution, verdictOf } from '../../shared/live/runProgress.ts';
import type { Connection } from '../connection/connection.ts';
import { showError, showInformation, showWarning } from '../vscode/messages.ts';
import { lineRange } from './explorer/testItems.ts';
import type { ScriptEnd } from './process/scriptProcess.ts';

/** How many runs of a script the server has. */
export interface Confirmed {
  readonly saved: number;
}

/** Tells how a script ended, after the server has confirmed every run that it pushed. */
export class OutcomeMessage {
  readonly #connection: Connection;
  readonly #report: (error: unknown) => void;

  /** @param report shows what goes wrong behind a button of a message */
  constructor(connection: Connection, report: (error: unknown) => void) {
    this.#connection = connection;
    this.#report = report;
  }

  async show(script: string, station: { id: string; name: string }, end: ScriptEnd): Promise<Confirmed> {
    const { live, stopped } = end;
    const confirmed: { execution: TestExecution; run: Run }[] = [];
    const unsaved: Unsaved[] = [];
    for (const execution of live.executions) {
      const outcome = await this.#confirm(execution, end);
      if (typeof outcome === 'string') unsaved.push({ execution, sentence: outcome });
      else confirmed.push({ execution: completedBy(outcome, execution), run: outcome });
    }
    if (unsaved.length > 0) this.#offer(showUnsaved(unsaved, live.executions.length, station.id));
    const saved = confirmed.length + live.otherRuns.length;
    const last = confirmed.at(-1);
    if (live.failure !== null && !stopped) this.#offer(showFailure(script, live.failure, saved));
    else if (last !== undefined && confirmed.length === live.executions.length) {
      this.#offer(showSaved(last.execution, last.run, station, live.executions));
    } else if (live.executions.length === 0 && !stopped) {
      this.#offer(showWarning(withoutTest(script, end), resultsLabel()));
    }
    return { saved };
  }

  /** The run as the server has it, or the sentence that says why it cannot be shown. */
  async #confirm(execution: TestExecution, end: ScriptEnd): Promise<Run | string> {
    const { push, outcome } = execution;
    const result = resultOf(execution);
    if (push !== null && 'runId' in push) {
      try {
        return await this.#connection.call(runs.get, { params: { id: push.runId } });
      } catch (error) {
        const reason = messageOf(error);
        return vscode.l10n.t('{0} Pushed as run {1}, which could not be confirmed: {2}', result, push.runId, reason);
      }
    }
    if (push !== null && 'kept' in push) {
      return vscode.l10n.t('{0} Not saved yet; queued in the Runs view. {1}', result, push.kept);
    }
    if (push !== null) return vscode.l10n.t('{0} The run was not saved: {1}', result, push.message);
    if (outcome === null) return vscode.l10n.t('A test was not finished, and its run was not saved. {0}', deathOf(end));
    return end.stopped || !end.live.ended
      ? vscode.l10n.t('{0} The script ended before it had pushed the run, so it was not saved.', result)
      : vscode.l10n.t(
          '{0} The run was not saved: the script does not push it. Wrap the test in “with TofuPilot(test):”.',
          result,
        );
  }

  /** Does what the chosen button says, in the background. */
  #offer(answer: Thenable<unknown>): void {
    Promise.resolve(answer)
      .then((chosen) =>
        chosen === resultsLabel() ? vscode.commands.executeCommand('testing.showMostRecentOutput') : undefined,
      )
      .catch(this.#report);
  }
}

/** A test execution without a run that the server has confirmed; why, as a sentence. */
interface Unsaved {
  readonly execution: TestExecution;
  readonly sentence: string;
}

/** One message for all of them, with the buttons that help. @param all how many the script executed */
async function showUnsaved(unsaved: readonly Unsaved[], all: number, station: string): Promise<string | undefined> {
  const [first] = unsaved;
  if (first === undefined) return undefined;
  const remedies = unsaved.flatMap(({ execution: { id, push } }) =>
    push !== null && 'kept' in push && push.remedy !== undefined ? [{ id, remedy: push.remedy }] : [],
  );
  const actions = new Map<string, readonly [command: string, argument: unknown]>();
  const partNumber = remedies.find(({ remedy }) => remedy === 'partNumber');
  if (partNumber !== undefined) {
    actions.set(vscode.l10n.t('Give Part Number…'), ['testStations.givePartNumber', { id: partNumber.id }]);
  }
  if (remedies.some(({ remedy }) => remedy === 'key')) {
    actions.set(vscode.l10n.t('Generate New Key…'), ['testStations.rotateKey', { id: station }]);
    actions.set(vscode.l10n.t('Paste Key…'), ['testStations.pasteKey', { id: station }]);
  }
  const message =
    unsaved.length === 1
      ? first.sentence
      : vscode.l10n.t('{0} of {1} runs were not saved. {2}', unsaved.length, all, first.sentence);
  const chosen = await showError(message, ...actions.keys(), resultsLabel());
  const action = chosen === undefined ? undefined : actions.get(chosen);
  if (action === undefined) return chosen;
  await vscode.commands.executeCommand(...action);
  return undefined;
}

/** What is known of a process that ended before its script did. */
function deathOf({ live, exitCode }: ScriptEnd): string {
  if (live.ended) return '';
  return exitCode === null
    ? vscode.l10n.t('The Python process was killed.')
    : vscode.l10n.t('The Python process died with exit code {0}.', exitCode);
}

export function withoutTest(script: string, end: ScriptEnd): string {
  const { otherRuns, ended } = end.live;
  if (otherRuns.length > 0) {
    return vscode.l10n.t(
      '{0} executed no test that could be followed; it pushed {1} run(s).',
      script,
      otherRuns.length,
    );
  }
  return ended
    ? vscode.l10n.t('{0} ended without executing a test. No push was seen.', script)
    : vscode.l10n.t('{0} ended before it ran. {1} {2}', script, deathOf(end), end.lastLine).trimEnd();
}

/** The execution; of one whose process died before its end with what the run on disk, which was saved then, says. */
function completedBy(run: Run, execution: TestExecution): TestExecution {
  if (execution.outcome !== null) return execution;
  return {
    ...execution,
    outcome: run.outcome,
    outcomeDetails: run.logs.map(({ message }) => message).slice(-1),
    serialNumber: run.unit.serial_number,
  };
}

/** Such as `SN-0001: PASS.`, with the reason where the outcome has one. */
export function resultOf(execution: TestExecution): string {
  const verdict = verdictOf(execution);
  const unit = execution.serialNumber === null ? vscode.l10n.t('Unknown unit') : oneLine(execution.serialNumber);
  return [`${unit}: ${verdict?.outcome ?? 'ERROR'}.`, asSentence(verdict?.reason ?? '')].filter(Boolean).join(' ');
}

async function showSaved(
  execution: TestExecution,
  run: Run,
  station: { id: string; name: string },
  all: readonly TestExecution[],
): Promise<void> {
  const result = resultOf(execution);
  const by = run.created_by_station;
  const message =
    all.length === 1
      ? vscode.l10n.t('{0} Saved as a run of {1} on {2}.', result, oneLine(run.procedure.name), oneLine(by?.name ?? ''))
      : vscode.l10n.t('{0} Saved; it is the last of {1}.', result, countRuns(all));
  const foreign =
    by?.id === station.id
      ? ''
      : vscode.l10n.t('It was pushed with a key of the script’s own, not as {0}.', station.name);
  const good = foreign === '' && all.every((each) => verdictOf(each)?.outcome === 'PASS');
  const show = good ? showInformation : showWarning;
  const open = vscode.l10n.t('Open Run');
  if ((await show([message, foreign].join(' ').trim(), open)) === open)
    await vscode.commands.executeCommand('testStations.openRun', run.id);
}

export async function showFailure(
  script: string,
  { type, message, place }: RunnerFailure,
  saved: number,
): Promise<string | undefined> {
  const where = place === null ? script : `${basename(place.file)}:${place.line}`;
  const sentence =
    saved === 0
      ? vscode.l10n.t('{0}: {1} ({2}). Nothing was saved.', type, message, where)
      : vscode.l10n.t('{0}: {1} ({2}). Runs saved before: {3}.', type, message, where, saved);
  const goTo = vscode.l10n.t('Go to Line');
  const answer = await showError(sentence, ...(place === null ? [] : [goTo]), resultsLabel());
  if (answer === goTo && place !== null) {
    await vscode.window.showTextDocument(vscode.Uri.file(place.file), { selection: lineRange(place.line) });
  }
  return answer;
}

/** Such as `3 runs (2 PASS, 1 FAIL)`. */
export function countRuns(executions: readonly TestExecution[]): string {
  const outcomes = executions.map((execution) => verdictOf(execution)?.outcome ?? 'ERROR');
  const counts = [...new Set(outcomes)].map((each) => `${outcomes.filter((other) => other === each).length} ${each}`);
  return vscode.l10n.t('{0} runs ({1})', executions.length, counts.join(', '));
}

const resultsLabel = (): string => vscode.l10n.t('Show Results');
