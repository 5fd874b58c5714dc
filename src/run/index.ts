import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../platform/commands.ts';
import type { Log } from '../platform/log.ts';
import { UserError } from '../platform/userError.ts';
import { newScript } from './newScript.ts';
import { Problems } from './problems.ts';
import { RunDocuments } from './runDocument.ts';
import { RunService } from './runService.ts';
import { RunsView } from './runsView.ts';

/** Running scripts: the commands, the Test Results, the Runs view. */
export function registerRun(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
  runner: string,
): vscode.Disposable {
  const problems = new Problems();
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const service = new RunService(connection, store, problems, log, runner, controller);
  const documents = new RunDocuments(connection);
  const runItems = async (request: vscode.TestRunRequest): Promise<void> => {
    const scripts = new Set((request.include ?? [...controller.items].map(([, item]) => item)).map(scriptOf));
    for (const script of scripts) await service.run(script);
  };
  controller.createRunProfile(
    vscode.l10n.t('Run on station'),
    vscode.TestRunProfileKind.Run,
    (request) => runItems(request).catch((error: unknown) => commands.show(error)),
    true,
  );
  commands.register('runProcedure', (argument) => service.run(scriptArgument(argument)));
  commands.register('stopRun', () => service.stop());
  commands.register('openRun', (id) => documents.open(id));
  commands.register('newScript', () => newScript(store));
  return vscode.Disposable.from(problems, controller, documents, new RunsView(connection, store));
}

/** The script of a test item: its own file, or its parent's for a phase. */
function scriptOf(item: vscode.TestItem): vscode.Uri {
  const script = item.parent ?? item;
  return vscode.Uri.parse(script.id);
}

/** The file that a menu was called on, or the one in the editor. */
function scriptArgument(argument: unknown): vscode.Uri {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === 'file' && uri.path.endsWith('.py')) return uri;
  throw new UserError(vscode.l10n.t('Open the Python script of a procedure first, then run it.'), [
    {
      label: vscode.l10n.t('Open File…'),
      run: () => vscode.commands.executeCommand('workbench.action.quickOpen', '.py'),
    },
  ]);
}
