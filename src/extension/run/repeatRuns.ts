import * as vscode from 'vscode';
import type { EndedRun, EndedTest } from '../connection/liveScripts.ts';
import { offer, showInformation, showWarning } from '../vscode/messages.ts';
import { countOutcomes, showResults } from './outcomeMessages.ts';

export type Repeating = { readonly times: number } | 'untilFailure';

const mostTimes = 10_000;

export async function askRepetitions(): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Repeat Procedure on Station'),
    prompt: vscode.l10n.t('How many times should the script run?'),
    value: '10',
    validateInput: (value) =>
      timesOf(value) === undefined ? vscode.l10n.t('Enter a number from 2 to {0}.', mostTimes) : undefined,
  });
  return text === undefined ? undefined : timesOf(text);
}

function timesOf(text: string): number | undefined {
  const times = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  return times >= 2 && times <= mostTimes ? times : undefined;
}

/**
 * Runs one run after the other, until the number is reached or, with `untilFailure`, until a test does not pass. It also ends when
 * a run is stopped, breaks, or has no test.
 * @throws what `run` throws
 */
export async function repeatRuns(
  script: string,
  repeating: Repeating,
  run: (repetition: string) => Promise<EndedRun>,
): Promise<void> {
  const times = repeating === 'untilFailure' ? Infinity : repeating.times;
  const outcomes: string[] = [];
  let last: EndedRun | undefined;
  for (let n = 1; n <= times; n += 1) {
    last = await run(times === Infinity ? vscode.l10n.t('run {0}', n) : vscode.l10n.t('run {0} of {1}', n, times));
    outcomes.push(...last.tests.map(outcomeOf));
    if (last.wasStopped || last.failure !== null || last.tests.length === 0) break;
    if (repeating === 'untilFailure' && last.tests.some((test) => outcomeOf(test) !== 'PASS')) break;
  }
  const counts = countOutcomes(outcomes) || vscode.l10n.t('no test');
  const sentence = vscode.l10n.t('{0} was repeated: {1}.', script, counts);
  const isGood = last?.wasStopped === false && outcomes.length > 0 && outcomes.every((outcome) => outcome === 'PASS');
  void offer(isGood ? showInformation : showWarning, sentence, [showResults()]);
}

const outcomeOf = ({ partialOutcome, outcome }: EndedTest): string => partialOutcome ?? outcome ?? 'ERROR';
