import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { LiveRuns, LiveScript } from '../../connection/liveRuns.ts';
import type { RunnerEvent } from '../../contract/runner.ts';
import type { ActiveRun, StationName } from '../activeRun.ts';
import type { OtherOperators } from '../questions/prompts.ts';
import type { ScriptRun } from './scriptRun.ts';

/** What connects a run with those who follow it and answer its prompts elsewhere. */
export interface Followed {
  readonly follow: (event: RunnerEvent) => void;
  readonly others: OtherOperators;
  /** Makes the run known. */
  readonly begin: (run: ScriptRun) => void;
}

export function followed(liveRuns: LiveRuns, run: ActiveRun, { id, name }: StationName): Followed {
  const events = new vscode.EventEmitter<RunnerEvent>();
  let scriptRun: ScriptRun | undefined;
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
