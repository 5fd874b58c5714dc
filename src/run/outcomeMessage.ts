import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { type Run, runs } from '../contract/runs.ts';
import { type Execution, type Verdict, verdictOf } from '../domain/liveRun.ts';
import type { RunEnd } from './scriptRun.ts';

/** Tells how a run ended, after the server has confirmed what was pushed. */
export class OutcomeMessage {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async show(script: string, station: string, end: RunEnd): Promise<void> {
    const last = end.live.executions.at(-1);
    const verdict = last && verdictOf(last);
    if (last === undefined || !verdict) {
      this.#withoutRecord(script, end);
      return;
    }
    const unit = last.serialNumber ?? vscode.l10n.t('Unknown unit');
    const result =
      verdict.reason === null ? `${unit}: ${verdict.outcome}.` : `${unit}: ${verdict.outcome}. ${verdict.reason}`;
    const run = await this.#saved(last);
    if (run instanceof Error) {
      const lost = vscode.l10n.t('{0} The run was not saved: {1}', result, run.message);
      void showResultsOn(vscode.window.showErrorMessage(lost, resultsLabel()));
      return;
    }
    const count = end.live.executions.length;
    const saved =
      count === 1
        ? vscode.l10n.t('{0} Saved as a run of {1} on {2}.', result, run.procedure.name, station)
        : vscode.l10n.t('{0} It is the last of {1} runs of {2} on {3}.', result, count, run.procedure.name, station);
    void this.#offer(verdict, saved, run);
  }

  /** The run as the server has it, or why it is not there. */
  async #saved(execution: Execution): Promise<Run | Error> {
    const { push } = execution;
    if (push === null)
      return new Error(vscode.l10n.t('the script does not push it. Wrap the test in “with TofuPilot(test):”.'));
    if (!('runId' in push)) return new Error(push.message);
    try {
      return await this.#connection.call(runs.get, { params: { id: push.runId } });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #offer(verdict: Verdict, message: string, run: Run): Promise<void> {
    const open = vscode.l10n.t('Open Run');
    const show = verdict.outcome === 'PASS' ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    if ((await show(message, open)) === open) await vscode.commands.executeCommand('testStations.openRun', run.id);
  }

  #withoutRecord(script: string, end: RunEnd): void {
    const { failure } = end.live;
    if (failure !== null) {
      const where = failure.place === null ? script : `${basename(failure.place.file)}:${failure.place.line}`;
      const message = vscode.l10n.t('{0}: {1} ({2}). Nothing was saved.', failure.type, failure.message, where);
      void showResultsOn(vscode.window.showErrorMessage(message, resultsLabel()));
    } else if (!end.stopped) {
      const message = vscode.l10n.t('{0} ended without executing a test. Nothing was saved.', script);
      void showResultsOn(vscode.window.showWarningMessage(message, resultsLabel()));
    }
  }
}

const resultsLabel = (): string => vscode.l10n.t('Show Results');

async function showResultsOn(answer: Thenable<string | undefined>): Promise<void> {
  if ((await answer) !== undefined) await vscode.commands.executeCommand('testing.showMostRecentOutput');
}
