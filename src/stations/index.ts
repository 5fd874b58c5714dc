import * as vscode from 'vscode';
import type { ChangeFeed } from '../connection/changeFeed.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../platform/commands.ts';
import { StationChoice } from './choose.ts';
import { registerKeyCommands } from './keyCommands.ts';
import { registerProcedureCommands } from './procedureCommands.ts';
import { registerStationCommands } from './stationCommands.ts';
import { StationsTree } from './stationsTree.ts';
import { stationStatusBar } from './statusBar.ts';

/** The Stations view, its commands and the status bar item. */
export function registerStations(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  feed: ChangeFeed,
): vscode.Disposable {
  const tree = new StationsTree(store, () => feed.begin());
  const view = vscode.window.createTreeView('testStations.stations', { treeDataProvider: tree });
  const choice = new StationChoice(store, view);
  registerStationCommands(commands, connection, store, choice);
  registerProcedureCommands(commands, connection, store, choice);
  registerKeyCommands(commands, connection, store, choice);
  return vscode.Disposable.from(
    view,
    tree,
    stationStatusBar(store),
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) void store.refresh();
    }),
    store.onDidChange(() => showTrouble(view, store)),
  );
}

/** After a failed refresh the last stations stay, under a line that says so. Without any, the view's welcome says it. */
function showTrouble(view: vscode.TreeView<unknown>, { error, stations }: StationStore): void {
  view.message =
    error === undefined || stations === undefined ? '' : vscode.l10n.t('Last known state. {0}', error.message);
}
