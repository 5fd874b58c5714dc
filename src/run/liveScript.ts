import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { LiveRuns, LiveScript } from '../connection/liveRuns.ts';
import type { RunnerEvent } from '../contract/runner.ts';
import type { OtherOperators } from './prompts.ts';
import type { ScriptRun } from './scriptRun.ts';

/** What connects a run with those who follow it and answer its prompts elsewhere. */
export interface Followed {
  readonly follow: (event: RunnerEvent) => void;
  readonly others: OtherOperators;
  /** Makes the run known. */
  readonly begin: (run: ScriptRun) => void;
}

/** @param onEnd fires when the run is over and another may begin */
export function followed(
  liveRuns: LiveRuns,
  script: vscode.Uri,
  { id, name }: { readonly id: string; readonly name: string },
  onEnd: vscode.Event<void>,
): Followed {
  const events = new vscode.EventEmitter<RunnerEvent>();
  let run: ScriptRun | undefined;
  const live: LiveScript = {
    station: { id, name },
    name: basename(script.fsPath),
    folder: dirname(script.fsPath),
    onEvent: events.event,
    onEnd,
    answer: (prompt, text) => run?.answer(prompt, text),
    stop: async () => run?.stop(),
  };
  return {
    follow: (event) => events.fire(event),
    others: {
      isShown: () => liveRuns.shown.has(id),
      onDidChangeShown: liveRuns.onDidChangeShown,
      claim: async (prompt, text) => liveRuns.claim?.(live, prompt, text),
    },
    begin: (begun) => {
      run = begun;
      liveRuns.begin(live);
    },
  };
}
