import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts, StartScript } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import { setContext } from '../vscode/context.ts';
import type { Log } from '../vscode/log.ts';
import { UserError } from '../vscode/userError.ts';
import { Discovery } from './explorer/discovery.ts';
import { Problems } from './explorer/problems.ts';
import { Profiles } from './explorer/profiles.ts';
import { TestItems } from './explorer/testItems.ts';
import { newScript } from './help/newScript.ts';
import { registerScriptHelp } from './help/scriptHelp.ts';
import { registerDismissedQuestions } from './questions/dismissedQuestions.ts';
import { PartNumbers } from './questions/partNumberQuestion.ts';
import { SerialNumberQuestion } from './questions/serialNumberQuestion.ts';
import { Reports } from './report/reports.ts';
import { RunService } from './runService.ts';
import { RunsView } from './runsView.ts';
import { StationTerminals } from './stationTerminal.ts';
import { registerOutbox } from './uploads/uploadCommands.ts';
import { UploadQueue } from './uploads/uploadQueue.ts';

interface RunPlaces {
  /** The installed extension. */
  readonly extension: vscode.Uri;
  /** Path of a folder for what is to be kept. */
  readonly storage: string;
  /** Of the workspace. */
  readonly state: vscode.Memento;
}

interface RunFeature {
  readonly parts: vscode.Disposable;
  readonly startScript: StartScript;
}

/** Running scripts: the commands, the Test Results, the Runs view, the run reports. */
export function registerRun(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
  liveScripts: LiveScripts,
  places: RunPlaces,
): RunFeature {
  const problems = new Problems();
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const items = new TestItems(controller);
  const report = (error: unknown): void => void commands.show(error);
  const runner = vscode.Uri.joinPath(places.extension, 'dist', 'runner', '__main__.py').fsPath;
  const outbox = new UploadQueue(connection, join(places.storage, 'outbox'), log);
  const partNumbers = new PartNumbers(places.state);
  const profiles: Profiles = new Profiles(items, (script, mode, request) => service.run(script, mode, request), report);
  const service = new RunService(connection, store, problems, log, {
    extension: places.extension,
    runner,
    storage: places.storage,
    items,
    outbox,
    partNumbers,
    serialNumbers: new SerialNumberQuestion(places.state),
    liveScripts,
    requestFor: (script, mode) => profiles.request(script, mode),
    report,
  });
  const runsView = new RunsView(connection, store, outbox);
  outbox.begin();
  let unreachable = false;
  const onStore = store.onDidChange(() => {
    if (unreachable && store.error === undefined) outbox.serverIsBack();
    unreachable = store.error !== undefined;
  });
  const reports = new Reports(connection, outbox, places.extension, log);
  commands.register('runProcedure', (argument) => service.run(scriptArgument(argument)));
  commands.register('dryRunProcedure', (argument) => service.run(scriptArgument(argument), 'dry'));
  commands.register('debugProcedure', (argument) => service.run(scriptArgument(argument), 'debug'));
  commands.register('stopRun', () => service.stop());
  commands.register('openRun', async (id) => {
    await reports.open(id);
    setContext('runOpened', true);
  });
  commands.register('loadMoreRuns', () => runsView.loadMore());
  commands.register('findRuns', () => runsView.find());
  commands.register('clearRunSearch', () => runsView.showAll());
  commands.register('newScript', () => newScript(store));
  const terminals = new StationTerminals(connection, store, log, { runner, storage: places.storage }, report);
  commands.register('openTerminal', (argument) => terminals.open(argument));
  const parts = vscode.Disposable.from(
    problems,
    controller,
    outbox,
    onStore,
    runsView,
    reports,
    terminals,
    registerOutbox(
      commands,
      outbox,
      partNumbers,
      () => runsView.focused,
      ({ id }) => reports.openKept(id),
    ),
    new Discovery(items, log),
    registerDismissedQuestions(commands),
    registerScriptHelp(commands, connection, store, log),
  );
  return {
    parts,
    startScript: (script, operated) => service.run(script, 'push', undefined, operated),
  };
}

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
