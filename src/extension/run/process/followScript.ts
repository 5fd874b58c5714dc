import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { operator } from '../../../shared/contract/operator.ts';
import type { RunnerEvent } from '../../../shared/contract/runner.ts';
import { ApiError } from '../../client/apiError.ts';
import type { Connection } from '../../connection/connection.ts';
import type { LiveScript, LiveScripts } from '../../connection/liveScripts.ts';
import type { StationName } from '../../connection/stationStore.ts';
import type { OtherOperators } from '../questions/prompts.ts';
import type { RunSession } from '../runSession.ts';
import type { ScriptProcess } from './scriptProcess.ts';

/** The script must continue, so an answer given in this window does not wait longer for the server's confirmation. */
const claimTimeoutMs = 2_000;

interface ScriptFollower {
  readonly follow: (event: RunnerEvent) => void;
  readonly others: OtherOperators;
  readonly announce: (script: ScriptProcess) => void;
}

export function followScript(
  connection: Connection,
  liveScripts: LiveScripts,
  run: RunSession,
  { id, name }: StationName,
): ScriptFollower {
  const events = new vscode.EventEmitter<RunnerEvent>();
  let script: ScriptProcess | undefined;
  const live: LiveScript = {
    station: { id, name },
    name: run.name,
    slot: run.slot,
    folder: dirname(run.script.fsPath),
    isByAssistant: run.assistant !== undefined,
    onEvent: events.event,
    onEnd: run.onDidEnd,
    answer: (prompt, text) => script?.answer(prompt, text),
    stop: async () => script?.stop(),
  };
  return {
    follow: (event) => events.fire(event),
    others: {
      isShown: () => liveScripts.shownStations.has(id),
      onDidChangeShown: liveScripts.onDidChangeShownStations,
      claim: (prompt, text) => claimPrompt(connection, id, prompt, text),
    },
    announce: (started) => {
      script = started;
      liveScripts.reportStarted(live);
    },
  };
}

/**
 * Asks the server whether an answer that was given in this window is the first one.
 * @returns the sentence that says who was faster; undefined when the answer counts, also when no server confirms it in time
 */
async function claimPrompt(
  connection: Connection,
  station: string,
  prompt_id: string,
  text: string,
): Promise<string | undefined> {
  const body = { prompt_id, text: text.slice(0, 10_000), delivered: true };
  const claim = async (): Promise<void> => {
    if (!(await connection.can('operator'))) return;
    await connection.call(operator.answer, { params: { id: station }, body });
  };
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, claimTimeoutMs));
  try {
    await Promise.race([claim(), timeout]);
    return undefined;
  } catch (error) {
    return error instanceof ApiError && error.kind === 'conflict' ? error.message : undefined;
  }
}
