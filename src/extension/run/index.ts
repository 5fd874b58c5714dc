import { join } from 'node:path';
import * as vscode from 'vscode';
import { procedureFiles } from '../../shared/script/testFiles.ts';
import type { ChangeFeed } from '../connection/changeFeed.ts';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts, RunForAssistant, StartScript } from '../connection/liveScripts.ts';
import { idOfRun } from '../connection/runRows.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { UsedStations } from '../connection/usedStations.ts';
import type { Commands } from '../vscode/commands.ts';
import { setContext } from '../vscode/context.ts';
import type { Log } from '../vscode/log.ts';
import { ScriptDiagnostics } from '../vscode/scriptDiagnostics.ts';
import { fileKindOf, isScriptFile, scriptFiles } from '../vscode/scriptFile.ts';
import type { ScriptReader } from '../vscode/scriptReader.ts';
import { setting } from '../vscode/settings.ts';
import { UserError } from '../vscode/userError.ts';
import { Discovery } from './explorer/discovery.ts';
import { TestItems } from './explorer/testItems.ts';
import { ProcedureCompletion } from './help/procedureCompletion.ts';
import { ProcedureHover } from './help/procedureHover.ts';
import { ScriptFixes } from './help/scriptFixes.ts';
import { ScriptLenses } from './help/scriptLenses.ts';
import { ScriptProblems } from './help/scriptProblems.ts';
import { registerDismissedQuestions } from './questions/dismissedQuestions.ts';
import { PartNumbers, SerialNumberQuestion } from './questions/unitQuestions.ts';
import { askRepetitions } from './repeatRuns.ts';
import { Reports } from './report/reports.ts';
import type { RunDependencies } from './runDependencies.ts';
import { RunService } from './runService.ts';
import { RunViews } from './runsFilter/runViews.ts';
import { registerRunsFilter } from './runsFilter/viewCommands.ts';
import { RunsView } from './runsView.ts';
import { StationTerminals } from './stationTerminal.ts';
import { registerUploadCommands } from './uploads/uploadCommands.ts';
import { UploadQueue } from './uploads/uploadQueue.ts';

interface RunResources {
  readonly extension: vscode.Uri;
  readonly storage: string;
  readonly state: vscode.Memento;
  readonly globalState: vscode.Memento;
  readonly reader: ScriptReader;
}

interface RunFeature {
  readonly parts: vscode.Disposable;
  readonly startScript: StartScript;
  readonly runForAssistant: RunForAssistant;
  /** Whether a script runs, or is about to run, on the station; on any, if none is given. */
  readonly isInUse: (station: string | undefined) => boolean;
  readonly diagnose: (document: vscode.TextDocument) => Promise<readonly vscode.Diagnostic[]>;
  readonly shownRuns: () => RunsView['shownRuns'];
}

export function registerRun(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  feed: ChangeFeed,
  log: Log,
  liveScripts: LiveScripts,
  used: UsedStations,
  resources: RunResources,
): RunFeature {
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const uploads = new UploadQueue(connection, join(resources.storage, 'outbox'), log);
  const dependencies: RunDependencies = {
    connection,
    store,
    used,
    log,
    liveScripts,
    extension: resources.extension,
    runnerFile: vscode.Uri.joinPath(resources.extension, 'dist', 'runner', '__main__.py').fsPath,
    storagePath: resources.storage,
    items: new TestItems(controller),
    uploads,
    partNumbers: new PartNumbers(resources.state),
    serialNumbers: new SerialNumberQuestion(resources.state),
    report: (error) => void commands.show(error),
  };
  const service = new RunService(dependencies);
  const views = new RunViews(connection, resources.globalState);
  const runsView = new RunsView(connection, store, feed, uploads, views);
  uploads.start();
  let isUnreachable = false;
  const onStore = store.onDidChange(() => {
    if (isUnreachable && store.error === undefined) uploads.retryAll();
    isUnreachable = store.error !== undefined;
  });
  const lookAtNames = (): void => {
    const isScriptVisible = vscode.window.visibleTextEditors.some(({ document }) => isScriptFile(document));
    // Lenses, hints and problems of scripts depend on the procedures of the stations.
    store.look('scripts', isScriptVisible ? { list: 'names', details: [] } : undefined);
  };
  lookAtNames();
  const reports = new Reports(connection, uploads, resources.extension, log);
  commands.register('runProcedure', (argument) => service.runInSlots(scriptArgument(argument)));
  commands.register('dryRunProcedure', (argument) => service.runInSlots(scriptArgument(argument), { mode: 'dry' }));
  commands.register('debugProcedure', (argument) => service.runInSlots(scriptArgument(argument), { mode: 'debug' }));
  commands.register('repeatProcedure', async (argument) => {
    const script = scriptArgument(argument);
    const times = await askRepetitions();
    if (times !== undefined) await service.repeat(script, { times });
  });
  commands.register('runUntilFailure', (argument) => service.repeat(scriptArgument(argument), 'untilFailure'));
  commands.register('runFromPhase', (argument) => service.runFrom(dependencies.items.phaseArgument(argument)));
  commands.register('stopRun', () => service.stop());
  commands.register('openRun', async (argument) => {
    await reports.open(idOfRun(argument) ?? argument);
    setContext('runOpened', true);
  });
  commands.register('loadMoreRuns', () => runsView.loadMore());
  commands.register('findRuns', () => runsView.find());
  commands.register('findRunsOfUnit', (row) => runsView.showUnit(row));
  registerRunsFilter(commands, { connection, store, views, shown: runsView });
  commands.register('copySerialNumber', (row) => runsView.copySerialNumber(row));
  commands.register('copyRunId', (row) => runsView.copyRunId(row));
  commands.register('newScript', async () => (await import('./help/newScript.ts')).newScript(store));
  const problems = new ScriptProblems(store, resources.reader);
  const terminals = new StationTerminals(dependencies);
  commands.register('openTerminal', (argument) => terminals.open(argument));
  const parts = vscode.Disposable.from(
    service,
    controller,
    uploads,
    onStore,
    runsView,
    reports,
    terminals,
    registerUploadCommands(
      commands,
      uploads,
      dependencies.partNumbers,
      () => runsView.focused,
      ({ id }) => reports.openPending(id),
    ),
    new Discovery(dependencies.items, log),
    registerDismissedQuestions(commands),
    problems,
    vscode.window.onDidChangeVisibleTextEditors(lookAtNames),
    registerScriptHelp(commands, connection, store, log, resources.reader, problems),
  );
  return {
    parts,
    shownRuns: () => runsView.shownRuns,
    runForAssistant: (run) => service.runForAssistant(run),
    diagnose: (document) => problems.diagnose(document),
    isInUse: (station) => service.isInUse(station),
    startScript: async (script, operated) => {
      await service.run(script, { operated });
    },
  };
}

function registerScriptHelp(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  log: Log,
  reader: ScriptReader,
  problems: ScriptProblems,
): vscode.Disposable {
  const fixes = new ScriptFixes(commands, connection, store, problems, log);
  const lenses = new ScriptLenses(store, reader);
  const completion = new ProcedureCompletion(connection, store, log);
  const hover = new ProcedureHover(connection, store, reader);
  return vscode.Disposable.from(
    lenses,
    vscode.languages.registerCodeLensProvider(scriptFiles, lenses),
    vscode.languages.registerCodeActionsProvider(scriptFiles, fixes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerCompletionItemProvider({ language: 'python', scheme: 'file' }, completion, '"', "'"),
    vscode.languages.registerHoverProvider(scriptFiles, hover),
    registerProcedureHelp(),
  );
}

/** The help in `procedure.yaml` reads YAML, which is loaded when such a file is open. */
function registerProcedureHelp(): vscode.Disposable {
  const load = () => import('./help/procedureHelp.ts');
  const procedures = { pattern: '**/procedure.{yaml,yml}', scheme: 'file' };
  return vscode.Disposable.from(
    new ScriptDiagnostics('test-stations-procedure', async (document) =>
      fileKindOf(document) === procedureFiles ? (await load()).diagnoseProcedure(document) : [],
    ),
    vscode.languages.registerDefinitionProvider(procedures, {
      provideDefinition: async (document, position) => (await load()).definitionAt(document, position),
    }),
    vscode.languages.registerCompletionItemProvider(
      procedures,
      { provideCompletionItems: async (document, position) => (await load()).completionsAt(document, position) },
      ' ',
      '{',
    ),
    vscode.languages.registerHoverProvider(procedures, {
      provideHover: async (document, position) => (await load()).hoverAt(document, position),
    }),
    vscode.languages.registerCodeLensProvider(
      { language: 'python', scheme: 'file' },
      { provideCodeLenses: async (document) => (setting('codeLens') ? (await load()).phasesOfPython(document) : []) },
    ),
  );
}

/** Returns the file that a menu was opened on, or the script in the active editor, or the only visible one. */
function scriptArgument(argument: unknown): vscode.Uri {
  if (argument instanceof vscode.Uri && argument.scheme === 'file') return argument;
  const active = vscode.window.activeTextEditor?.document;
  const documents = active === undefined ? vscode.window.visibleTextEditors.map(({ document }) => document) : [active];
  const [script, ...others] = documents.filter(isScriptFile);
  if (!(argument instanceof vscode.Uri) && script !== undefined && others.length === 0) return script.uri;
  if (active?.isUntitled === true) throw new UserError(vscode.l10n.t('Save the script to a file first, then run it.'));
  throw new UserError(vscode.l10n.t('Open the script of a procedure first, then run it.'), [
    {
      label: vscode.l10n.t('Open File…'),
      run: () => vscode.commands.executeCommand('workbench.action.quickOpen'),
    },
  ]);
}
