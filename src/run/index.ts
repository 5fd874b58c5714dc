import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../platform/commands.ts';
import type { Log } from '../platform/log.ts';
import { UserError } from '../platform/userError.ts';
import { newScript } from './newScript.ts';
import { Problems } from './problems.ts';
import { Reports } from './reports.ts';
import { RunService } from './runService.ts';
import { RunsView } from './runsView.ts';

/** Running scripts: the commands, the Test Results, the Runs view, the run reports. */
export function registerRun(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
  extension: vscode.Uri,
): vscode.Disposable {
  const problems = new Problems();
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const report = (error: unknown): void => void commands.show(error);
  const runner = vscode.Uri.joinPath(extension, 'dist', 'runner', '__main__.py').fsPath;
  const service = new RunService(connection, store, problems, log, runner, controller, report);
  const reports = new Reports(connection, extension, log);
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
  commands.register('openRun', (id) => reports.open(id));
  commands.register('newScript', () => newScript(store));
  return vscode.Disposable.from(problems, controller, reports, new RunsView(connection, store));
}

/** The script of a test item, as its URI: its own file, or its parent's for a phase. */
const scriptOf = (item: vscode.TestItem): string => (item.parent ?? item).id;

/** The file that a menu was called on, or the one in the editor. */
function scriptArgument(argument: unknown): vscode.Uri {
  const active = vscode.window.activeTextEditor?.document;
  if (argument instanceof vscode.Uri) {
    if (argument.scheme === 'file') return argument;
  } else if (active?.languageId === 'python' && active.uri.scheme === 'file') return active.uri;
  if (active?.isUntitled === true) throw new UserError(vscode.l10n.t('Save the script to a file first, then run it.'));
  throw new UserError(vscode.l10n.t('Open the Python script of a procedure first, then run it.'), [
    {
      label: vscode.l10n.t('Open File…'),
      run: () => vscode.commands.executeCommand('workbench.action.quickOpen', '.py'),
    },
  ]);
}
