import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunnerFailure } from '../../shared/contract/runner.ts';
import type { Run } from '../../shared/contract/runs.ts';
import { asSentence, oneLine } from '../../shared/format/oneLine.ts';
import { type TestExecution, verdictOf } from '../../shared/live/runProgress.ts';
import { lastAttempts } from '../../shared/run/attempts.ts';
import { limitsOf } from '../../shared/run/limits.ts';
import { hasFailed, reportOf } from '../../shared/run/report.ts';
import { limitsText, measuredText, resultsOf } from '../../shared/run/results.ts';
import type { StationName } from '../connection/stationStore.ts';
import { offer, showError, showInformation, showWarning } from '../vscode/messages.ts';
import { lineRange } from '../vscode/scriptFile.ts';
import { commandRemedy, type Remedy } from '../vscode/userError.ts';
import type { ScriptEnd } from './process/scriptProcess.ts';

export interface Unsaved {
  readonly execution: TestExecution;
  readonly sentence: string;
}

export async function showUnsaved(unsaved: readonly Unsaved[], all: number, station: string): Promise<void> {
  const [first] = unsaved;
  if (first === undefined) return;
  const remedies = unsaved.flatMap(({ execution: { id, push } }) =>
    push !== null && 'pendingReason' in push && push.remedy !== undefined ? [{ id, remedy: push.remedy }] : [],
  );
  const actions: Remedy[] = [];
  const partNumber = remedies.find(({ remedy }) => remedy === 'partNumber');
  if (partNumber !== undefined) {
    actions.push(commandRemedy(vscode.l10n.t('Give Part Number…'), 'givePartNumber', { id: partNumber.id }));
  }
  if (remedies.some(({ remedy }) => remedy === 'key')) {
    actions.push(commandRemedy(vscode.l10n.t('Generate New Key…'), 'rotateKey', { id: station }));
    actions.push(commandRemedy(vscode.l10n.t('Paste Key…'), 'pasteKey', { id: station }));
  }
  const message =
    unsaved.length === 1
      ? first.sentence
      : vscode.l10n.t('{0} of {1} runs were not saved. {2}', unsaved.length, all, first.sentence);
  await offer(showError, message, [...actions, showResults()]);
}

export function describeDeath({ live, exitCode }: ScriptEnd): string {
  if (live.ended) return '';
  return exitCode === null
    ? vscode.l10n.t('The Python process was killed.')
    : vscode.l10n.t('The Python process died with exit code {0}.', exitCode);
}

export const showWithoutTest = (script: string, end: ScriptEnd): Promise<void> =>
  offer(showWarning, describeRunWithoutTest(script, end), [showResults()]);

function describeRunWithoutTest(script: string, end: ScriptEnd): string {
  const { otherRuns, ended } = end.live;
  if (otherRuns.length > 0) {
    return vscode.l10n.t('{0} executed no test that could be followed. Runs pushed: {1}.', script, otherRuns.length);
  }
  return ended
    ? vscode.l10n.t('{0} ended without executing a test. No push was seen.', script)
    : vscode.l10n.t('{0} ended before it ran. {1} {2}', script, describeDeath(end), end.lastLine).trimEnd();
}

/** Returns the execution; if its process died, completed from the run that was on disk and has been saved since. */
export function completedBy(run: Run, execution: TestExecution): TestExecution {
  if (execution.outcome !== null) return execution;
  return {
    ...execution,
    outcome: run.outcome,
    outcomeDetails: run.logs.map(({ message }) => message).slice(-1),
    serialNumber: run.unit.serial_number,
  };
}

/** Returns a sentence such as `SN-0001: PASS.`, followed by the reason of the outcome if there is one. */
export function describeResult(execution: TestExecution): string {
  const verdict = verdictOf(execution);
  const unit = execution.serialNumber === null ? vscode.l10n.t('Unknown unit') : oneLine(execution.serialNumber);
  return [`${unit}: ${verdict?.outcome ?? 'ERROR'}.`, asSentence(verdict?.reason ?? '')].filter(Boolean).join(' ');
}

function describeFailures(run: Run): string {
  if (run.outcome !== 'FAIL') return '';
  const results = lastAttempts(reportOf(run).phases).flatMap(({ measurements }) =>
    measurements.filter(hasFailed).map((each) => resultsOf(each).find(hasFailed) ?? resultsOf(each)[0]),
  );
  const [first, ...others] = results;
  if (first === undefined) return '';
  const { name, of, value, units, validators } = first;
  const measured = measuredText(value, limitsOf(validators)) ?? vscode.l10n.t('not measured');
  const limits = limitsText(validators);
  const text = [
    `${oneLine(of ?? name)}: ${oneLine([measured, units].filter(Boolean).join(' '), 60)}`,
    limits === '' ? '' : ` (${oneLine(limits, 60)})`,
  ].join('');
  return others.length === 0 ? `${text}.` : vscode.l10n.t('{0}, and {1} more.', text, others.length);
}

export async function showSaved(
  execution: TestExecution,
  run: Run,
  station: StationName,
  all: readonly TestExecution[],
  isProcedureAssumed: boolean,
): Promise<void> {
  const result = [describeResult(execution), describeFailures(run)].filter(Boolean).join(' ');
  const by = run.created_by_station;
  const message =
    all.length === 1
      ? vscode.l10n.t('{0} Saved as a run of {1} on {2}.', result, oneLine(run.procedure.name), oneLine(by?.name ?? ''))
      : vscode.l10n.t('{0} Saved; it is the last of {1}.', result, countRuns(all));
  const foreign =
    by?.id === station.id
      ? ''
      : vscode.l10n.t('It was pushed with a key of the script’s own, not as {0}.', station.name);
  const assumed = isProcedureAssumed
    ? vscode.l10n.t('The script names no procedure, and only this one is linked.')
    : '';
  const good = foreign === '' && all.every(isGood);
  await offer(good ? showInformation : showWarning, [message, assumed, foreign].filter(Boolean).join(' '), [
    commandRemedy(vscode.l10n.t('Open Run'), 'openRun', run.id),
  ]);
}

/** Returns whether the test passed, or the phases of a partial run. */
export const isGood = (execution: TestExecution): boolean =>
  (execution.partialOutcome ?? verdictOf(execution)?.outcome) === 'PASS';

export async function showFailure(
  script: string,
  { type, message, place }: RunnerFailure,
  saved: number,
): Promise<void> {
  const where = place === null ? script : `${basename(place.file)}:${place.line}`;
  const sentence =
    saved === 0
      ? vscode.l10n.t('{0}: {1} ({2}). Nothing was saved.', type, message, where)
      : vscode.l10n.t('{0}: {1} ({2}). Runs saved before: {3}.', type, message, where, saved);
  const actions = [showResults()];
  if (place !== null) {
    const goTo = vscode.l10n.t('Go to Line');
    const show = { selection: lineRange(place.line) };
    actions.unshift({ label: goTo, run: () => vscode.window.showTextDocument(vscode.Uri.file(place.file), show) });
  }
  await offer(showError, sentence, actions);
}

function countRuns(executions: readonly TestExecution[]): string {
  const outcomes = executions.map((execution) => verdictOf(execution)?.outcome ?? 'ERROR');
  return vscode.l10n.t('{0} runs ({1})', executions.length, countOutcomes(outcomes));
}

/** Returns a text such as `2 PASS, 1 FAIL`. */
export const countOutcomes = (outcomes: readonly string[]): string =>
  [...Map.groupBy(outcomes, (each) => each)].map(([outcome, same]) => `${same.length} ${outcome}`).join(', ');

export const showResults = (): Remedy => ({
  label: vscode.l10n.t('Show Results'),
  run: () => vscode.commands.executeCommand('testing.showMostRecentOutput'),
});

export async function showDryOutcome(script: string, end: ScriptEnd): Promise<void> {
  const { executions, failure } = end.live;
  const last = executions.at(-1);
  if (failure !== null && !end.wasStopped) return showFailure(script, failure, 0);
  if (last === undefined) return end.wasStopped ? undefined : showWithoutTest(script, end);
  const result =
    executions.length === 1 ? describeResult(last) : vscode.l10n.t('{0}: {1}.', script, countRuns(executions));
  const refusals = executions.flatMap(({ push }) => (push !== null && 'message' in push ? push.message : []));
  const show = refusals.length > 0 ? showWarning : showInformation;
  const sentences = [
    vscode.l10n.t('{0} Dry run: nothing was pushed.', result),
    ...refusals
      .slice(0, 1)
      .map((message) => vscode.l10n.t('In a real run the client would not push it either: {0}', message)),
  ];
  await offer(show, sentences.join(' '), [showResults()]);
}
