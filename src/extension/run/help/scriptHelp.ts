import * as vscode from 'vscode';
import type { Connection } from '../../connection/connection.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import type { Commands } from '../../vscode/commands.ts';
import type { Log } from '../../vscode/log.ts';
import { ProcedureCompletion } from './procedureCompletion.ts';
import { ProcedureHover } from './procedureHover.ts';
import { ScriptFixes } from './scriptFixes.ts';
import { ScriptLenses } from './scriptLenses.ts';
import { ScriptProblems } from './scriptProblems.ts';
import { scriptFiles, ScriptReader } from './scriptReader.ts';

export function registerScriptHelp(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
): vscode.Disposable {
  const reader = new ScriptReader();
  const problems = new ScriptProblems(store, reader);
  const lenses = new ScriptLenses(store, reader);
  const completion = new ProcedureCompletion(connection, store, log);
  return vscode.Disposable.from(
    problems,
    lenses,
    vscode.languages.registerCodeLensProvider(scriptFiles, lenses),
    vscode.languages.registerCodeActionsProvider(
      scriptFiles,
      new ScriptFixes(commands, connection, store, problems, log),
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
    vscode.languages.registerCompletionItemProvider(scriptFiles, completion, '"', "'"),
    vscode.languages.registerHoverProvider(scriptFiles, new ProcedureHover(connection, store, reader)),
  );
}
