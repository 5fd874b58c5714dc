import * as vscode from 'vscode';
import { maxGroupedStations, stationGroup, stationGroups } from '../../shared/contract/stationGroups.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { UserError } from '../vscode/userError.ts';
import { groupsOf, inUsedSpelling, isInGroup } from './groupTree.ts';
import { isNode, type Node } from './nodes.ts';
import type { StationChoice } from './stationChoice.ts';

export function registerGroupCommands({ commands, connection, store }: Services, choice: StationChoice): void {
  commands.register('setGroup', async (argument, selected) => {
    if (!(await connection.can('station-groups'))) {
      throw new UserError(
        vscode.l10n.t('{0} cannot store groups. Use a station server of Test Stations.', connection.serverName),
      );
    }
    await store.update();
    if (store.error !== undefined) throw store.error;
    const nodes = Array.isArray(selected) ? selected.filter(isNode) : choice.nodes(argument);
    const [node] = nodes;
    if (nodes.length === 1 && node?.kind === 'group') {
      await renameGroup(connection, store, node.group);
    } else {
      const chosen = nodes.length === 0 ? await pickStations(store) : stationsOf(store, nodes);
      const title =
        chosen.length === 1
          ? vscode.l10n.t('Set group of station {0}', chosen[0]?.name ?? '')
          : vscode.l10n.t('Set group of {0} stations', chosen.length);
      const group = await askGroup(store, title, chosen);
      await setGroup(connection, chosen, group);
    }
    await store.refresh();
  });
}

function stationsOf({ stations = [] }: StationStore, nodes: readonly Node[]): StationItem[] {
  return stations.filter(({ id, group }) =>
    nodes.some((node) => (node.kind === 'group' ? isInGroup(group, node.group) : node.station.id === id)),
  );
}

/** Gives all stations in the group, and in the groups in it, the group that the user names instead. */
async function renameGroup(connection: Connection, store: StationStore, from: string): Promise<void> {
  const inside = (store.stations ?? []).filter(({ group }) => isInGroup(group, from));
  const to = await askGroup(store, vscode.l10n.t('Set group of all stations in {0}', oneLine(from)), inside, from);
  for (const [group, stations] of Map.groupBy(inside, (station) => station.group ?? from)) {
    const rest = group.slice(from.length);
    await setGroup(connection, stations, to === null ? null : to + rest);
  }
}

async function setGroup(connection: Connection, stations: readonly StationItem[], group: string | null): Promise<void> {
  for (let from = 0; from < stations.length; from += maxGroupedStations) {
    const station_ids = stations.slice(from, from + maxGroupedStations).map(({ id }) => id);
    await connection.call(stationGroups.set, { body: { station_ids, group } });
  }
}

async function pickStations(store: StationStore): Promise<StationItem[]> {
  const items = (store.stations ?? []).map((station) => ({
    label: withoutIcons(station.name),
    description: station.group === null ? '' : withoutIcons(oneLine(station.group)),
    picked: station.id === store.selected?.id,
    station,
  }));
  if (items.length === 0) throw new UserError(vscode.l10n.t('There is no station yet.'));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Set group of which stations?'),
    canPickMany: true,
    matchOnDescription: true,
  });
  if (picked === undefined || picked.length === 0) throw new vscode.CancellationError();
  return picked.map(({ station }) => station);
}

interface GroupItem extends vscode.QuickPickItem {
  /** Undefined for a line that says why the text is no group. */
  readonly group: string | null | undefined;
}

/** Asks for a group: one in use, or a new one that the user types. @returns null for none */
async function askGroup(
  store: StationStore,
  title: string,
  stations: readonly StationItem[],
  value = '',
): Promise<string | null> {
  const used = groupsOf(store.stations ?? []);
  const current = new Set(stations.map(({ group }) => group));
  const isGrouped = stations.some(({ group }) => group !== null);
  const none: GroupItem = { label: `$(close) ${vscode.l10n.t('No Group')}`, group: null };
  const known = used.map((group): GroupItem => ({
    label: `$(folder) ${withoutIcons(oneLine(group))}`,
    description: current.has(group) ? vscode.l10n.t('current') : '',
    group,
  }));
  const pick = vscode.window.createQuickPick<GroupItem>();
  pick.title = title;
  pick.placeholder = vscode.l10n.t('A group in use or a new one, such as “Plant 2 / Line 4”');
  pick.ignoreFocusOut = true;
  const offer = (): void => {
    pick.items = [...typedItem(pick.value, used), ...known, ...(isGrouped ? [none] : [])];
  };
  try {
    return await new Promise((resolve, reject) => {
      pick.onDidChangeValue(offer);
      pick.onDidAccept(() => {
        const group = pick.activeItems[0]?.group;
        if (group !== undefined) resolve(group);
      });
      pick.onDidHide(() => reject(new vscode.CancellationError()));
      pick.value = value;
      offer();
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

function typedItem(text: string, used: readonly string[]): GroupItem[] {
  if (text.trim() === '') return [];
  const typed = stationGroup.safeParse(text);
  if (!typed.success) {
    const reason = typed.error.issues[0]?.message ?? '';
    return [{ label: `$(warning) ${reason}`, alwaysShow: true, group: undefined }];
  }
  const group = inUsedSpelling(typed.data, used);
  if (used.includes(group)) return [];
  const label = `$(new-folder) ${vscode.l10n.t('New group “{0}”', withoutIcons(oneLine(group)))}`;
  return [{ label, alwaysShow: true, group }];
}
