import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import type { Connection } from '../connection/connection.ts';
import type { StartScript } from '../connection/liveScripts.ts';
import type { Services } from '../connection/services.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { showDone } from '../vscode/messages.ts';
import { PagePanels } from '../vscode/pagePanels.ts';
import { UserError } from '../vscode/userError.ts';
import { AnalyticsSource } from './analyticsSource.ts';
import { Exports, type ShownRuns } from './export/exports.ts';
import { registerInsightCommands } from './insightCommands.ts';
import { InsightPanel, insightSubjectOf } from './insightPanel.ts';
import { registerSetLimits } from './setLimits.ts';
import { registerStudies } from './study/index.ts';
import { StudyScripts } from './study/studyScript.ts';
import { registerComparison, registerUnits } from './unitCommands.ts';

interface RunParts {
  readonly shownRuns: () => ShownRuns | undefined;
  readonly startScript: StartScript;
}

export function registerInsight(services: Services, { shownRuns, startScript }: RunParts): vscode.Disposable {
  const { commands, connection, store, context } = services;
  const source = new AnalyticsSource(connection);
  const exports = new Exports(connection, source);
  const panels = new PagePanels(
    'testStations.insight',
    context.extensionUri,
    (panel, subject) => new InsightPanel(panel, insightSubjectOf(subject), { ...services, source, exports }),
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
  registerInsightCommands(services, source, exports, (subject) =>
    panels.open(JSON.stringify(subject), vscode.l10n.t('Statistics')),
  );
  const hints = whenStationsAreLoaded(store, async () => {
    const { registerHints } = await import('./hints/index.ts');
    return registerHints(services, source);
  });
  return vscode.Disposable.from(
    panels,
    registerSetLimits(services, source),
    registerUnits(services, exports),
    registerComparison(services, exports),
    registerStudies(
      { ...services, exports, startScript, scripts: new StudyScripts(connection, context.workspaceState) },
      source,
    ),
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
