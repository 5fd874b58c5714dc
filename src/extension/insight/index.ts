import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import { showDone } from '../vscode/messages.ts';

/** Registers what explains the data of all runs. */
export function registerInsight(commands: Commands, connection: Connection, store: StationStore): vscode.Disposable {
  commands.register('createDemoData', () => createDemoData(connection, store));
  return vscode.Disposable.from();
}

async function createDemoData(connection: Connection, store: StationStore): Promise<void> {
  const { runs, stations } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Creating demo data…') },
    () => connection.call(local.createDemoData, { body: { days: 120 } }),
  );
  await store.refresh();
  showDone(vscode.l10n.t('Created {0} runs on {1} demo stations.', runs.toLocaleString(vscode.env.language), stations));
}
