import * as vscode from 'vscode';
import { name60 } from '../../shared/contract/common.ts';
import { stations } from '../../shared/contract/stations.ts';
import { withoutIsolates } from '../../shared/format/oneLine.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { askTakeOver } from '../connection/takeOver.ts';
import type { UsedStations } from '../connection/usedStations.ts';
import { confirm } from '../vscode/messages.ts';
import { commandRemedy } from '../vscode/userError.ts';
import { issueKey, offerKey, offerPaste } from './keyCommands.ts';
import { isNode, type Node } from './nodes.ts';
import { runningWarning, type StationChoice } from './stationChoice.ts';

export function registerStationCommands({ commands, connection, store, used }: Services, choice: StationChoice): void {
  commands.register('createStation', async () => {
    await store.refresh();
    if (store.error !== undefined) throw store.error;
    const name = await askName(store.stations ?? [], { title: vscode.l10n.t('Create station') });
    const { id } = await connection.call(stations.create, { body: { name } });
    await store.select({ id, name });
    if (!(await connection.can('station-keys'))) {
      await store.refresh();
      return offerPaste(connection, { id, name });
    }
    const key = await issueKey(connection, id, () => store.refresh());
    await offerKey(
      key,
      vscode.l10n.t(
        'Station {0} is ready. Its key is kept in VS Code’s secret storage. Copy it if it is needed elsewhere.',
        name,
      ),
      commandRemedy(vscode.l10n.t('Link Procedure'), 'linkProcedure', { id }),
    );
  });

  commands.register('renameStation', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Rename station'));
    await store.update();
    const others = (store.stations ?? []).filter((other) => other.id !== station.id);
    const title = vscode.l10n.t('Rename station {0}', station.name);
    const name = await askName(others, { title, value: withoutIsolates(station.name) });
    await connection.call(stations.update, { params: { id: station.id }, body: { name } });
    await store.refreshStation(station.id);
  });

  commands.register('removeStation', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Remove station'));
    const sure = await confirm({
      message: vscode.l10n.t('Remove station {0}?', station.name),
      detail:
        vscode.l10n.t(
          'Its key stops working at once, and its links to procedures are removed. Its runs remain on the server. This cannot be undone.',
        ) + runningWarning(store, station.id),
      button: vscode.l10n.t('Remove Station'),
    });
    if (!sure) return;
    await connection.call(stations.remove, { params: { id: station.id } });
    await connection.removeStationKey(station.id);
    await store.refreshStation(station.id);
  });

  commands.register('selectStation', async (argument) => {
    const station =
      isNode(argument) && argument.kind !== 'group'
        ? argument.station
        : await choice.pick(vscode.l10n.t('Select the station that scripts run on'), { canCreate: true });
    await wantStation(used, station);
    await store.select(station);
  });

  commands.register('copyStationId', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Copy station ID'));
    await vscode.env.clipboard.writeText(station.id);
  });

  commands.register('rename', (argument) => actOn(choice, argument, renameCommands));
  commands.register('remove', (argument) => actOn(choice, argument, removeCommands));

  commands.register('refreshStations', async () => {
    await store.refresh();
    if (store.error !== undefined) throw store.error;
  });
}

async function wantStation(used: UsedStations, station: StationItem): Promise<void> {
  for (;;) {
    const { refused, use } = await used.want(station.id);
    if (refused === null || use === null) return;
    if ((await askTakeOver(used, station, use, vscode.l10n.t('Only Look'))) !== 'retry') return;
  }
}

/**
 * What the keys for renaming and removing do, by the kind of node that has the focus. VS Code tells an extension only which
 * node is selected, so the keys in the manifest first select the focused one: twice, because selecting an open node also
 * closes it, and the second time opens it again.
 */
const renameCommands: ByKind = {
  group: 'setGroup',
  station: 'renameStation',
  procedure: 'renameProcedure',
  golden: 'setGoldenCheck',
  key: 'rotateKey',
};
const removeCommands: ByKind = {
  group: 'setGroup',
  station: 'removeStation',
  procedure: 'unlinkProcedure',
  golden: 'setGoldenCheck',
  key: 'deleteKey',
};

type ByKind = Record<Node['kind'], string>;

async function actOn(choice: StationChoice, argument: unknown, byKind: ByKind): Promise<void> {
  const node = choice.node(argument);
  if (node !== undefined) await vscode.commands.executeCommand(`testStations.${byKind[node.kind]}`, node);
}

async function askName(others: readonly StationItem[], options: { title: string; value?: string }): Promise<string> {
  const typed = await vscode.window.showInputBox({
    ...options,
    prompt: vscode.l10n.t('Station name (1–60 characters), such as “Bench 1”'),
    ignoreFocusOut: true,
    validateInput: (value) => name60.safeParse(value).error?.issues[0]?.message,
  });
  if (typed === undefined) throw new vscode.CancellationError();
  const name = typed.trim();
  if (!others.some((other) => other.name.toLowerCase() === name.toLowerCase())) return name;
  const sure = await confirm({
    message: vscode.l10n.t('Use the name {0} for another station?', name),
    detail: vscode.l10n.t('There is already a station with this name. The two will look alike in lists.'),
    button: vscode.l10n.t('Use Name'),
  });
  if (!sure) throw new vscode.CancellationError();
  return name;
}
