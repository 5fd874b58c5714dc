import * as vscode from 'vscode';
import { stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import { PagePanels } from '../vscode/pagePanels.ts';
import { registerPauseCommands } from './pauseCommands.ts';
import { UptimePanel } from './uptimePanel.ts';
import { registerWatching } from './watching.ts';

export function registerUptime(services: Services): vscode.Disposable {
  const { commands } = services;
  const watching = registerWatching(services);
  registerPauseCommands(services);
  const panels = new PagePanels(
    'testStations.uptime',
    services.context.extensionUri,
    (panel, station) => new UptimePanel(panel, { ...services, watching }, station),
    () => 'all stations',
  );
  const open = (station = ''): Promise<void> => panels.open(station, vscode.l10n.t('Uptime'));
  commands.register('openUptime', (argument) => open(stationIdOf(argument)));
  // The title bar of the view passes the focused node, but the command is for all stations.
  commands.register('openAllUptime', () => open());
  return vscode.Disposable.from(watching, panels);
}
