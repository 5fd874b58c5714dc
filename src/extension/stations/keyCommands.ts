import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import { stations } from '../../shared/contract/stations.ts';
import type { Connection } from '../connection/connection.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationName } from '../connection/stationStore.ts';
import { confirm, offer, showDone, showInformation } from '../vscode/messages.ts';
import { commandRemedy, type Remedy, UserError } from '../vscode/userError.ts';
import { offerDashboard } from './serverCommands.ts';
import { runningWarning, type StationChoice } from './stationChoice.ts';

/**
 * Creates a key for the station, which replaces an earlier one, and stores it on this machine. Then it calls `refresh`, also
 * after a failure.
 * @throws UserError if the key cannot be stored; the user can still copy it
 */
export async function issueKey(connection: Connection, station: string, refresh: () => Promise<void>): Promise<string> {
  try {
    const { api_key: key } = await connection.call(local.generateKey, { params: { id: station } });
    await saveKey(connection, station, key);
    return key;
  } finally {
    await refresh();
  }
}

async function saveKey(connection: Connection, station: string, key: string): Promise<void> {
  try {
    await connection.saveStationKey(station, key);
  } catch (error) {
    throw new UserError(
      vscode.l10n.t('The station has a new key, but VS Code’s secret storage did not take it. Copy it now.'),
      [copyRemedy(key)],
      { cause: error },
    );
  }
}

const copyRemedy = (key: string): Remedy => ({
  label: vscode.l10n.t('Copy Key'),
  run: () => vscode.env.clipboard.writeText(key),
});

export const offerKey = (key: string, message: string, ...next: readonly Remedy[]): Promise<void> =>
  offer(showInformation, message, [...next, copyRemedy(key)]);

/** Offers to create a key in the dashboard and to paste it, for a server whose API cannot create keys. */
export function offerPaste(connection: Connection, station: StationName): Promise<void> {
  return offerDashboard(
    connection,
    station,
    vscode.l10n.t(
      '{0} creates keys only in its dashboard. Create one for {1} there, under Stations, then paste it here.',
      connection.serverName,
      station.name,
    ),
    commandRemedy(vscode.l10n.t('Paste Key'), 'pasteKey', { id: station.id }),
  );
}

export function registerKeyCommands({ commands, connection, store }: Services, choice: StationChoice): void {
  commands.register('rotateKey', async (argument) => {
    const station = await choice.explicitStation(argument, vscode.l10n.t('Generate a new key'));
    if (!(await connection.can('station-keys'))) return offerPaste(connection, station);
    const { api_key: prefix } = await connection.call(stations.get, { params: { id: station.id } });
    if (prefix !== null) {
      const sure = await confirm({
        message: vscode.l10n.t('Generate a new key for {0}?', station.name),
        detail:
          vscode.l10n.t(
            'The current key {0} stops working at once. Scripts, services, and other machines that use it are refused until they get the new one. The next run from this editor uses the new key automatically.',
            prefix,
          ) + runningWarning(store, station.id),
        button: vscode.l10n.t('Generate New Key'),
      });
      if (!sure) return;
    }
    const key = await issueKey(connection, station.id, () => store.refreshStation(station.id));
    await offerKey(
      key,
      vscode.l10n.t(
        '{0} has a new key. It is kept in VS Code’s secret storage. Copy it if it is needed elsewhere.',
        station.name,
      ),
    );
  });

  commands.register('deleteKey', async (argument) => {
    const station = await choice.explicitStation(argument, vscode.l10n.t('Delete key'));
    if (!(await connection.can('station-keys'))) {
      const where = vscode.l10n.t(
        'Delete the key of {0} in the dashboard of {1}: its public interface has no call for it.',
        station.name,
        connection.serverName,
      );
      return offerDashboard(connection, station, where);
    }
    const { api_key: prefix } = await connection.call(stations.get, { params: { id: station.id } });
    if (prefix === null) {
      void showInformation(vscode.l10n.t('{0} has no key.', station.name));
      return;
    }
    const sure = await confirm({
      message: vscode.l10n.t('Delete the key of {0}?', station.name),
      detail:
        vscode.l10n.t(
          'The key {0} stops working at once, and nothing can push runs as this station until you generate a new key.',
          prefix,
        ) + runningWarning(store, station.id),
      button: vscode.l10n.t('Delete Key'),
    });
    if (!sure) return;
    await connection.call(local.deleteKey, { params: { id: station.id } });
    await connection.removeStationKey(station.id);
    await store.refreshStation(station.id);
  });

  commands.register('copyKey', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Copy key'));
    const access = await connection.stationAccess(station.id);
    if (access === undefined) {
      throw new UserError(vscode.l10n.t('This machine has no key for {0} that works.', station.name), [
        commandRemedy(vscode.l10n.t('Generate New Key'), 'rotateKey', { id: station.id }),
        { label: vscode.l10n.t('Paste Key'), run: () => paste(station) },
      ]);
    }
    await vscode.env.clipboard.writeText(access.key);
    showDone(vscode.l10n.t('The key of {0} is in the clipboard', station.name));
  });

  commands.register('pasteKey', async (argument) => {
    await paste(await choice.station(argument, vscode.l10n.t('Paste key')));
  });

  const paste = async (station: StationItem): Promise<void> => {
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t('Key of {0}', station.name),
      prompt: vscode.l10n.t(
        'Paste the key that was created for this station elsewhere. It is kept in VS Code’s secret storage.',
      ),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        text.trim().length < 10 ? vscode.l10n.t('A key has at least 10 characters.') : undefined,
    });
    if (key === undefined) throw new vscode.CancellationError();
    if (await connection.adoptStationKey(station.id, key.trim())) return store.refreshStation(station.id);
    throw new UserError(
      vscode.l10n.t('The server does not know this as the key of {0}. Nothing was kept.', station.name),
    );
  };
}
