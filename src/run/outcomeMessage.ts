import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { RunnerFailure } from '../contract/runner.ts';
import { type Run, runs } from '../contract/runs.ts';
import { type Execution, verdictOf } from '../domain/liveRun.ts';
import type { RunEnd } from './scriptRun.ts';
import { lineRange } from './testResults.ts';

/** Tells how a script ended, after the server has confirmed every run that it pushed. */
export class OutcomeMessage {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async show(script: string, station: string, { live, stopped }: RunEnd): Promise<void> {
    const complete = live.executions.filter(({ outcome }) => outcome !== null);
    const confirmed: { execution: Execution; run: Run }[] = [];
    for (const execution of complete) {
      try {
        confirmed.push({ execution, run: await this.#confirm(execution) });
      } catch (error) {
        showLost(execution, error instanceof Error ? error.message : String(error));
      }
    }
    if (live.failure !== null && !stopped) void showFailure(script, live.failure, confirmed.length);
    else if (complete.length === 0 && !stopped) {
      const message = vscode.l10n.t('{0} ended without executing a test. Nothing was saved.', script);
      void showResultsOn(vscode.window.showWarningMessage(message, resultsLabel()));
    } else if (confirmed.length === complete.length) {
      const last = confirmed.at(-1);
      if (last !== undefined) void showSaved(last.execution, last.run, station, complete);
    }
  }

  /** The run as the server has it. @throws Error why it is not there */
  async #confirm({ push }: Execution): Promise<Run> {
    if (push === null) {
      throw new Error(vscode.l10n.t('the script does not push it. Wrap the test in “with TofuPilot(test):”.'));
    }
    if (!('runId' in push)) throw new Error(push.message);
    return this.#connection.call(runs.get, { params: { id: push.runId } });
  }
}

/** Such as `SN-0001: PASS.`, with the reason where the outcome has one. */
function resultOf(execution: Execution): string {
  const verdict = verdictOf(execution);
  const unit = execution.serialNumber ?? vscode.l10n.t('Unknown unit');
  return [`${unit}: ${verdict?.outcome}.`, verdict?.reason].filter(Boolean).join(' ');
}

async function showSaved(execution: Execution, run: Run, station: string, all: readonly Execution[]): Promise<void> {
  const result = resultOf(execution);
  const message =
    all.length === 1
      ? vscode.l10n.t('{0} Saved as a run of {1} on {2}.', result, run.procedure.name, station)
      : vscode.l10n.t('{0} Saved; it is the last of {1}.', result, countRuns(all));
  const good = all.every((each) => verdictOf(each)?.outcome === 'PASS');
  const show = good ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const open = vscode.l10n.t('Open Run');
  if ((await show(message, open)) === open) await vscode.commands.executeCommand('testStations.openRun', run.id);
}

function showLost(execution: Execution, reason: string): void {
  const message = vscode.l10n.t('{0} The run was not saved: {1}', resultOf(execution), reason);
  void showResultsOn(vscode.window.showErrorMessage(message, resultsLabel()));
}

async function showFailure(script: string, { type, message, place }: RunnerFailure, saved: number): Promise<void> {
  const where = place === null ? script : `${basename(place.file)}:${place.line}`;
  const sentence =
    saved === 0
      ? vscode.l10n.t('{0}: {1} ({2}). Nothing was saved.', type, message, where)
      : vscode.l10n.t('{0}: {1} ({2}). Runs saved before: {3}.', type, message, where, saved);
  const goTo = vscode.l10n.t('Go to Line');
  const answer = await vscode.window.showErrorMessage(sentence, ...(place === null ? [] : [goTo]), resultsLabel());
  if (answer === goTo && place !== null) {
    await vscode.window.showTextDocument(vscode.Uri.file(place.file), { selection: lineRange(place.line) });
  } else if (answer !== undefined) await vscode.commands.executeCommand('testing.showMostRecentOutput');
}

/** Such as `3 runs (2 PASS, 1 FAIL)`. */
function countRuns(executions: readonly Execution[]): string {
  const outcomes = executions.map((execution) => verdictOf(execution)?.outcome ?? 'ERROR');
  const counts = [...new Set(outcomes)].map((each) => `${outcomes.filter((other) => other === each).length} ${each}`);
  return vscode.l10n.t('{0} runs ({1})', executions.length, counts.join(', '));
}

const resultsLabel = (): string => vscode.l10n.t('Show Results');

async function showResultsOn(answer: Thenable<string | undefined>): Promise<void> {
  if ((await answer) !== undefined) await vscode.commands.executeCommand('testing.showMostRecentOutput');
}
