import { join } from 'node:path';
import * as vscode from 'vscode';
import { procedureFiles } from '../../shared/script/testFiles.ts';
import type { RunForAssistant, StartScript } from '../connection/liveScripts.ts';
import { idOfRun } from '../connection/runRows.ts';
import type { Services } from '../connection/services.ts';
import { setContext } from '../vscode/context.ts';
import { ScriptDiagnostics } from '../vscode/scriptDiagnostics.ts';
import { fileKindOf, isScriptFile, scriptFiles } from '../vscode/scriptFile.ts';
import { setting } from '../vscode/settings.ts';
import { storageFolder } from '../vscode/storageFolder.ts';
import { UserError } from '../vscode/userError.ts';
import { deleteRuns } from './deleteRuns.ts';
import { Discovery } from './explorer/discovery.ts';
import { TestItems } from './explorer/testItems.ts';
import { procedureCompletion } from './help/procedureCompletion.ts';
import { procedureHover } from './help/procedureHover.ts';
import { scriptFixes } from './help/scriptFixes.ts';
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

interface RunFeature {
  readonly parts: vscode.Disposable;
  readonly startScript: StartScript;
  readonly runForAssistant: RunForAssistant;
  /** Whether a script runs, or is about to run, on the station; on any, if none is given. */
  readonly isInUse: (station: string | undefined) => boolean;
  readonly diagnose: (document: vscode.TextDocument) => Promise<readonly vscode.Diagnostic[]>;
  readonly shownRuns: () => RunsView['shownRuns'];
}

export function registerRun(services: Services): RunFeature {
  const { commands, connection, context, store, log, reader } = services;
  const controller = vscode.tests.createTestController('testStations', 'Test Stations');
  const storagePath = storageFolder(context).fsPath;
  const uploads = new UploadQueue(connection, join(storagePath, 'outbox'), log);
  const dependencies: RunDependencies = {
    ...services,
    runnerFile: context.asAbsolutePath(join('dist', 'runner', '__main__.py')),
    storagePath,
    items: new TestItems(controller),
    uploads,
    partNumbers: new PartNumbers(context.workspaceState),
    serialNumbers: new SerialNumberQuestion(context.workspaceState),
    report: (error) => void commands.show(error),
  };
  const service = new RunService(dependencies);
  const views = new RunViews(connection, context.globalState);
  const runsView = new RunsView(services, uploads, views);
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
  const reports = new Reports(services, uploads);
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
  commands.register('deleteRun', (row, selected) => deleteRuns(connection, row, selected));
  commands.register('newScript', async () => (await import('./help/newScript.ts')).newScript(store));
  const problems = new ScriptProblems(store, reader);
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
    registerScriptHelp(services, problems),
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

function registerScriptHelp(services: Services, problems: ScriptProblems): vscode.Disposable {
  const { languages } = vscode;
  const lenses = new ScriptLenses(services);
  const python = { language: 'python', scheme: 'file' };
  return vscode.Disposable.from(
    lenses,
    languages.registerCodeLensProvider(scriptFiles, lenses),
    languages.registerCodeActionsProvider(scriptFiles, scriptFixes(services, problems), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    languages.registerCompletionItemProvider(python, procedureCompletion(services), '"', "'"),
    languages.registerHoverProvider(scriptFiles, procedureHover(services)),
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
