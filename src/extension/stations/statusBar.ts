import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';

export function stationStatusBar(connection: Connection, store: StationStore): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('testStations.selected', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Test station');
  item.command = 'testStations.selectStation';
  const show = (): void => {
    const name = store.selected?.name;
    item.text = `$(circuit-board) ${name === undefined ? vscode.l10n.t('No station') : withoutIcons(name)}`;
    item.tooltip =
      name === undefined
        ? vscode.l10n.t('Choose the station that scripts run on')
        : vscode.l10n.t(
            'Scripts run on {0}. Server: {1}. Click to choose another station.',
            name,
            connection.serverName,
          );
    item.accessibilityInformation = {
      label: name === undefined ? vscode.l10n.t('No test station selected') : vscode.l10n.t('Test station {0}', name),
    };
  };
  show();
  item.show();
  return vscode.Disposable.from(item, store.onDidChange(show));
}
