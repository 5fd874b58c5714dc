import * as vscode from 'vscode';
import { stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import { registerPauseCommands } from './pauseCommands.ts';
import { UptimePanels } from './uptimePanels.ts';
import { registerWatching } from './watching.ts';

export function registerUptime(services: Services): vscode.Disposable {
  const { commands } = services;
  const watching = registerWatching(services);
  registerPauseCommands(services);
  const panels = new UptimePanels({ ...services, watching });
  commands.register('openUptime', (argument) => panels.open(stationIdOf(argument)));
  // The title bar of the view passes the focused node, but the command is for all stations.
  commands.register('openAllUptime', () => panels.open(undefined));
  return vscode.Disposable.from(watching, panels);
}
