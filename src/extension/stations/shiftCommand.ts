import * as vscode from 'vscode';
import { safeFileName } from '../../shared/format/fileNames.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import { UserError } from '../vscode/userError.ts';
import { CalendarFiles, calendarScheme } from './calendarFiles.ts';

export function registerShiftCommand({ commands, connection, store }: Services): vscode.Disposable {
  commands.register('setShifts', async (argument) => {
    if (!(await connection.can('shifts'))) {
      throw new UserError(
        vscode.l10n.t('{0} cannot store shifts. Use a station server of Test Stations.', connection.serverName),
      );
    }
    const given = stationIdOf(argument);
    const known = given === undefined ? undefined : store.station(given);
    const { id, name } = known ?? (await pickStation(store, vscode.l10n.t('Set shifts of a station')));
    const path = `/${id}/${safeFileName(name)}.shifts.json`;
    await vscode.window.showTextDocument(vscode.Uri.from({ scheme: calendarScheme, path }));
  });
  return vscode.workspace.registerFileSystemProvider(calendarScheme, new CalendarFiles(connection), {
    isCaseSensitive: true,
  });
}
