import * as vscode from 'vscode';
import { ChangeFeed } from './connection/changeFeed.ts';
import { Connection } from './connection/connection.ts';
import { LiveScripts } from './connection/liveScripts.ts';
import { StationStore } from './connection/stationStore.ts';
import { registerDoctor } from './doctor/index.ts';
import { registerOperator } from './operator/index.ts';
import { registerRun } from './run/index.ts';
import { pythonState } from './run/python/pythonState.ts';
import { registerStations } from './stations/index.ts';
import { registerUptime } from './uptime/index.ts';
import { Commands } from './vscode/commands.ts';
import { createLog } from './vscode/log.ts';
import { registerWelcome } from './welcome/index.ts';

/** Builds the rooms. Awaits nothing; a server is started and secrets are read only where a station is watched. @returns what the commands of the manifest do */
export function start(context: vscode.ExtensionContext): Commands {
  const log = createLog(context);
  const commands = new Commands(log);
  const connection = new Connection(context, log);
  const store = new StationStore(connection, context.workspaceState);
  const liveRuns = new LiveScripts();
  const feed = new ChangeFeed(connection, store, log);
  const onSettings = vscode.workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration('testStations.dataFolder')) return;
    connection.reset();
  });
  context.subscriptions.push(
    onSettings,
    log,
    connection,
    store,
    feed,
    liveRuns,
    registerDoctor(commands, context, connection, store, log, () => pythonState(log)),
    registerStations(commands, connection, store, feed, log),
    registerRun(commands, connection, store, log, liveRuns, {
      extension: context.extensionUri,
      storage: context.globalStorageUri.fsPath,
      state: context.workspaceState,
    }),
    registerUptime(commands, connection, store, feed, log, {
      extension: context.extensionUri,
      state: context.workspaceState,
    }),
    registerOperator(commands, connection, store, liveRuns, log, {
      extension: context.extensionUri,
      state: context.workspaceState,
    }),
    registerWelcome(commands, context, store),
  );
  return commands;
}
