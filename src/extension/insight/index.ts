import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import type { ChangeFeed } from '../connection/changeFeed.ts';
import type { Connection } from '../connection/connection.ts';
import type { StartScript } from '../connection/liveScripts.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import type { Log } from '../vscode/log.ts';
import { showDone } from '../vscode/messages.ts';
import { PagePanels } from '../vscode/pagePanels.ts';
import type { ScriptReader } from '../vscode/scriptReader.ts';
import { UserError } from '../vscode/userError.ts';
import { AnalyticsSource } from './analyticsSource.ts';
import { Exports, type ShownRuns } from './export/exports.ts';
import { registerInsightCommands } from './insightCommands.ts';
import { InsightPanel, insightSubjectOf } from './insightPanel.ts';
import { registerSetLimits } from './setLimits.ts';
import { registerStudies } from './study/index.ts';
import { StudyScripts } from './study/studyScript.ts';
import { registerComparison, registerUnits } from './unitCommands.ts';

/** What the feature for runs gives the others, and where the workspace keeps its state. */
interface RunParts {
  readonly shownRuns: () => ShownRuns | undefined;
  readonly startScript: StartScript;
  readonly state: vscode.Memento;
}

export function registerInsight(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  feed: ChangeFeed,
  log: Log,
  extension: vscode.Uri,
  reader: ScriptReader,
  { shownRuns, startScript, state }: RunParts,
): vscode.Disposable {
  const source = new AnalyticsSource(connection);
  const exports = new Exports(connection, source);
  const services = { commands, connection, source, exports, feed, log, extension };
  const panels = new PagePanels(
    'testStations.insight',
    extension,
    (panel, subject) => new InsightPanel(panel, insightSubjectOf(subject), services),
    (subject) => {
      const { procedure, measurement } = insightSubjectOf(subject);
      return JSON.stringify([procedure, measurement]);
    },
  );
  commands.register('exportRuns', async () => {
    const shown = shownRuns();
    if (shown === undefined) throw new UserError(vscode.l10n.t('Select a test station first, then export its runs.'));
    await exports.runs(shown);
  });
  commands.register('createDemoData', () => createDemoData(connection, store));
  registerInsightCommands(commands, connection, source, exports, (subject) =>
    panels.open(JSON.stringify(subject), vscode.l10n.t('Statistics')),
  );
  const hints = whenStationsAreLoaded(store, async () => {
    const { registerHints } = await import('./hints/index.ts');
    return registerHints(source, connection, store, feed, reader, log);
  });
  return vscode.Disposable.from(
    panels,
    registerSetLimits(commands, connection, store, source, extension),
    registerUnits(commands, connection, extension, exports),
    registerComparison(commands, connection, extension, exports),
    registerStudies({ ...services, startScript, scripts: new StudyScripts(connection, state) }, source),
    hints,
  );
}

/** Registers parts when the stations are first loaded: until then they would have nothing to show. */
function whenStationsAreLoaded(store: StationStore, register: () => Promise<vscode.Disposable>): vscode.Disposable {
  let isDisposed = false;
  let parts: vscode.Disposable | undefined;
  const onStations = store.onDidChange(() => {
    if (store.stations === undefined) return;
    onStations.dispose();
    void register().then((registered) => {
      if (isDisposed) registered.dispose();
      else parts = registered;
    });
  });
  return new vscode.Disposable(() => {
    isDisposed = true;
    onStations.dispose();
    parts?.dispose();
  });
}

async function createDemoData(connection: Connection, store: StationStore): Promise<void> {
  const { runs, stations } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Creating demo data…') },
    () => connection.call(local.createDemoData, { body: { days: 120 } }),
  );
  await store.refresh();
  showDone(vscode.l10n.t('Created {0} runs on {1} demo stations.', runs.toLocaleString(vscode.env.language), stations));
}
