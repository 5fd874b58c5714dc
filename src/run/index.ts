import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../platform/commands.ts';
import { setContext } from '../platform/context.ts';
import type { Log } from '../platform/log.ts';
import { UserError } from '../platform/userError.ts';
import { newScript } from './newScript.ts';
import { Problems } from './problems.ts';
import { RunDocuments } from './runDocument.ts';
import { type RunPlaces, RunService } from './runService.ts';
import { RunsView } from './runsView.ts';
import { registerScriptHelp } from './scriptHelp.ts';
import { StationTerminals } from './stationTerminal.ts';

/** Running scripts: the commands, the Test Results, the Runs view. */
export function registerRun(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
  places: RunPlaces,
): vscode.Disposable {
  const problems = new Problems();
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const report = (error: unknown): void => void commands.show(error);
  const service = new RunService(connection, store, problems, log, places, controller, report);
  const documents = new RunDocuments(connection);
  const runItems = async (request: vscode.TestRunRequest): Promise<void> => {
    const items = request.include ?? [...controller.items].map(([, item]) => item);
    const scripts = new Set(items.map(scriptOf));
    for (const script of scripts) await service.run(vscode.Uri.parse(script), scripts.size === 1 ? request : undefined);
  };
  controller.createRunProfile(
    vscode.l10n.t('Run on station'),
    vscode.TestRunProfileKind.Run,
    (request) => runItems(request).catch((error: unknown) => commands.show(error)),
    true,
  );
  commands.register('runProcedure', (argument) => service.run(scriptArgument(argument)));
  commands.register('stopRun', () => service.stop());
  commands.register('openRun', async (id) => {
    await documents.open(id);
    setContext('runOpened', true);
  });
  commands.register('newScript', () => newScript(store));
  const terminals = new StationTerminals(connection, store, log, places);
  commands.register('openTerminal', (argument) => terminals.open(argument));
  const scriptHelp = registerScriptHelp(commands, connection, store, log);
  return vscode.Disposable.from(problems, controller, documents, scriptHelp, new RunsView(connection, store));
}

/** The script of a test item, as its URI: its own file, or its parent's for a phase. */
const scriptOf = (item: vscode.TestItem): string => (item.parent ?? item).id;

/** The file that a menu was called on, or the one in the editor, or beside what has the focus. */
function scriptArgument(argument: unknown): vscode.Uri {
  if (argument instanceof vscode.Uri && argument.scheme === 'file') return argument;
  const active = vscode.window.activeTextEditor?.document;
  const seen = active === undefined ? vscode.window.visibleTextEditors.map(({ document }) => document) : [active];
  const [script, ...others] = seen.filter(({ languageId, uri }) => languageId === 'python' && uri.scheme === 'file');
  if (!(argument instanceof vscode.Uri) && script !== undefined && others.length === 0) return script.uri;
  if (active?.isUntitled === true) throw new UserError(vscode.l10n.t('Save the script to a file first, then run it.'));
  throw new UserError(vscode.l10n.t('Open the Python script of a procedure first, then run it.'), [
    {
      label: vscode.l10n.t('Open File…'),
      run: () => vscode.commands.executeCommand('workbench.action.quickOpen', '.py'),
    },
  ]);
}
