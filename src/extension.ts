import * as vscode from 'vscode';
import { ChangeFeed } from './connection/changeFeed.ts';
import { Connection } from './connection/connection.ts';
import { StationStore } from './connection/stationStore.ts';
import { Commands } from './platform/commands.ts';
import { createLog } from './platform/log.ts';
import { registerRun } from './run/index.ts';
import { registerStations } from './stations/index.ts';

/** Builds the rooms and returns. Awaits nothing, starts nothing, reads no secret. */
export function activate(context: vscode.ExtensionContext): void {
  const log = createLog(context);
  const commands = new Commands(log);
  const connection = new Connection(context, log);
  const store = new StationStore(connection, context.workspaceState);
  const feed = new ChangeFeed(connection, store, log);
  const onSettings = vscode.workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration('testStations.dataFolder')) return;
    connection.reset();
    void store.refresh();
  });
  context.subscriptions.push(
    onSettings,
    log,
    commands,
    store,
    feed,
    registerStations(commands, connection, store, feed),
    registerRun(commands, connection, store, log, context.extensionUri),
  );
}
