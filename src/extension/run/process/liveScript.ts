import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunnerEvent } from '../../../shared/contract/runner.ts';
import type { LiveScript, LiveScripts } from '../../connection/liveScripts.ts';
import type { OtherOperators } from '../questions/prompts.ts';
import type { RunSession, StationName } from '../runSession.ts';
import type { ScriptProcess } from './scriptProcess.ts';

/** What connects a run with those who follow it and answer its prompts elsewhere. */
export interface ScriptFollower {
  readonly follow: (event: RunnerEvent) => void;
  readonly others: OtherOperators;
  /** Makes the run known. */
  readonly begin: (run: ScriptProcess) => void;
}

export function followed(liveRuns: LiveScripts, run: RunSession, { id, name }: StationName): ScriptFollower {
  const events = new vscode.EventEmitter<RunnerEvent>();
  let scriptRun: ScriptProcess | undefined;
  const live: LiveScript = {
    station: { id, name },
    name: run.name,
    folder: dirname(run.script.fsPath),
    onEvent: events.event,
    onEnd: run.onDidConclude,
    answer: (prompt, text) => scriptRun?.answer(prompt, text),
    stop: async () => scriptRun?.stop(),
  };
  return {
    follow: (event) => events.fire(event),
    others: {
      isShown: () => liveRuns.shown.has(id),
      onDidChangeShown: liveRuns.onDidChangeShown,
      claim: async (prompt, text) => liveRuns.claim?.(live, prompt, text),
    },
    begin: (begun) => {
      scriptRun = begun;
      liveRuns.begin(live);
    },
  };
}
