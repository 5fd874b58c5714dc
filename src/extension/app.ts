import * as vscode from 'vscode';
import { type AssistantFeature, registerAssistant } from './assistant/index.ts';
import { ChangeFeed } from './connection/changeFeed.ts';
import { Connection } from './connection/connection.ts';
import { LiveScripts } from './connection/liveScripts.ts';
import { StationStore } from './connection/stationStore.ts';
import { UsedStations } from './connection/usedStations.ts';
import { registerDoctor } from './doctor/index.ts';
import { registerInsight } from './insight/index.ts';
import { registerInstruments } from './instruments/index.ts';
import { registerOperator } from './operator/index.ts';
import { registerPeople } from './people/index.ts';
import { registerRun } from './run/index.ts';
import { inspectPython, likelyInterpreter } from './run/python/inspectPython.ts';
import { registerStations } from './stations/index.ts';
import { registerUptime } from './uptime/index.ts';
import { Commands } from './vscode/commands.ts';
import { createLog } from './vscode/log.ts';
import { ScriptReader } from './vscode/scriptReader.ts';
import { registerWelcome } from './welcome/index.ts';

export interface App {
  readonly commands: Commands;
  readonly assistant: AssistantFeature;
}

/**
 * Builds the parts of the extension. Nothing is awaited: the server is started and secrets are read only when a station
 * is shown.
 * @returns what the manifest names
 */
export function start(context: vscode.ExtensionContext): App {
  const log = createLog(context);
  const commands = new Commands(log);
  const connection = new Connection(context, log);
  const store = new StationStore(connection, context.workspaceState);
  const liveScripts = new LiveScripts();
  const reader = new ScriptReader();
  const feed = new ChangeFeed(connection, store, log);
  const used = new UsedStations({ connection, store, feed, liveScripts, log });
  const services = { context, log, commands, connection, store, feed, liveScripts, used, reader };
  const onSettings = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('testStations.dataFolder')) connection.reset();
  });
  context.subscriptions.push(
    onSettings,
    log,
    connection,
    store,
    feed,
    liveScripts,
    used,
    registerDoctor(services, () => inspectPython(log)),
    registerStations(services),
  );
  const running = registerRun(services);
  const assistant = registerAssistant(services, running);
  context.subscriptions.push(
    running.parts,
    assistant.parts,
    registerUptime(services),
    registerOperator(services, running.startScript),
    registerInsight(services, running),
    registerPeople(services, async (pages) => {
      const { exportAuditLog } = await import('./insight/export/exporting.ts');
      await exportAuditLog(pages);
    }),
    registerWelcome(services),
    registerInstruments(services, {
      interpreter: async () => (await likelyInterpreter(log)).command,
      isRunning: () => running.isInUse(undefined),
    }),
  );
  return { commands, assistant };
}
