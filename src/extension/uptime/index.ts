import * as vscode from 'vscode';
import type { ChangeFeed } from '../connection/changeFeed.ts';
import type { Connection } from '../connection/connection.ts';
import { stationIdOf } from '../connection/pickStation.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import type { Log } from '../vscode/log.ts';
import { registerPauseCommands } from './pauseCommands.ts';
import { UptimePanels } from './uptimePanels.ts';
import { registerWatching } from './watching.ts';

export function registerUptime(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  feed: ChangeFeed,
  log: Log,
  { extensionUri: extension, workspaceState }: vscode.ExtensionContext,
): vscode.Disposable {
  const watching = registerWatching(commands, connection, store, feed, log, workspaceState);
  registerPauseCommands(commands, connection, store);
  const panels = new UptimePanels({ commands, connection, feed, log, watching, extension });
  commands.register('openUptime', (argument) => panels.open(stationIdOf(argument)));
  // The title bar of the view passes the focused node, but the command is for all stations.
  commands.register('openAllUptime', () => panels.open(undefined));
  return vscode.Disposable.from(watching, panels);
}
