import * as vscode from 'vscode';
import { operatorAddress, presence } from '../../shared/contract/presence.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationName } from '../connection/stationStore.ts';
import { pickOne } from '../vscode/pick.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import { findStationServers, type FoundServer } from './discovery.ts';

export async function findOnNetwork(connection: Connection, station: StationName): Promise<void> {
  const servers = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Looking for OpenHTF stations…') },
    () => findStationServers(),
  );
  const typed = { label: `$(edit) ${vscode.l10n.t('Type an Address…')}`, server: undefined };
  const items = servers.map((server) => ({
    label: server.stationId,
    description: [server.address, server.testName].filter((part) => part !== null).join(' · '),
    server,
  }));
  const picked = await pickOne<vscode.QuickPickItem & { server: FoundServer | undefined }>([...items, typed], {
    title: vscode.l10n.t('OpenHTF station that {0} follows', station.name),
    placeHolder:
      servers.length === 0
        ? vscode.l10n.t('No station responded. It must be running, and the network must allow multicast.')
        : vscode.l10n.t('Found on the network'),
  });
  const address = picked.server?.address ?? (await typeAddress());
  if (address === undefined) throw new vscode.CancellationError();
  await connection.call(presence.setOperatorAddress, { params: { id: station.id }, body: { address } });
}

const typeAddress = (): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: vscode.l10n.t('Address of the OpenHTF station'),
    prompt: vscode.l10n.t('Host and port, such as 192.168.0.12:4444'),
    ignoreFocusOut: true,
    validateInput: (text) => operatorAddress.safeParse(text).error?.issues[0]?.message,
  });

export async function openStockPage(address: string | null, { id, name }: StationName): Promise<void> {
  if (address === null) {
    throw new UserError(vscode.l10n.t('No OpenHTF station server is known for {0}.', name), [
      commandRemedy(vscode.l10n.t('Find on the Network'), 'findOnNetwork', { id }),
    ]);
  }
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(`http://${address}/`)));
}
