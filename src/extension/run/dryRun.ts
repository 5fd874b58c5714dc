import * as vscode from 'vscode';
import { showInformation, showWarning } from '../vscode/messages.ts';
import { countRuns, resultOf, showFailure, withoutTest } from './outcomeMessage.ts';
import type { ScriptEnd } from './process/scriptProcess.ts';

/** Tells how a dry run ended. Resolves when the message was answered. @param script the file's name */
export async function showDryOutcome(script: string, end: ScriptEnd): Promise<void> {
  const { executions, failure } = end.live;
  const last = executions.at(-1);
  let chosen: string | undefined;
  if (failure !== null && !end.stopped) chosen = await showFailure(script, failure, 0);
  else if (last === undefined) {
    if (!end.stopped) chosen = await showWarning(withoutTest(script, end), showResults());
  } else {
    const result = executions.length === 1 ? resultOf(last) : vscode.l10n.t('{0}: {1}.', script, countRuns(executions));
    const refusals = executions.flatMap(({ push }) => (push !== null && 'message' in push ? push.message : []));
    const show = refusals.length > 0 ? showWarning : showInformation;
    chosen = await show([dryWords(result), ...refusals.slice(0, 1).map(refusalWords)].join(' '), showResults());
  }
  if (chosen === showResults()) await vscode.commands.executeCommand('testing.showMostRecentOutput');
}

const dryWords = (result: string): string => vscode.l10n.t('{0} Dry run: nothing was pushed.', result);

const refusalWords = (message: string): string =>
  vscode.l10n.t('In a real run the client would not push it either: {0}', message);

const showResults = (): string => vscode.l10n.t('Show Results');
