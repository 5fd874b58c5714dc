import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { pickOne } from '../vscode/pick.ts';
import { UserError } from '../vscode/userError.ts';
import type { StationItem } from './stationSource.ts';
import type { StationStore } from './stationStore.ts';

export interface PickOptions {
  readonly canCreate?: boolean;
  /** Whether nothing is asked if there is only one station. */
  readonly takesOnly?: boolean;
}

export async function pickStation(
  store: StationStore,
  title: string,
  { canCreate = false, takesOnly = false }: PickOptions = {},
): Promise<StationItem> {
  const stations = await freshStations(store);
  const [first, ...rest] = stations;
  if (takesOnly && first !== undefined && rest.length === 0) return first;
  if (stations.length === 0 && !canCreate) throw new UserError(vscode.l10n.t('There is no station yet.'));
  const create = { label: `$(add) ${vscode.l10n.t('Create station…')}`, station: undefined };
  // The selected station comes first, so that Enter picks it.
  const selected = stations.filter(({ id }) => id === store.selected?.id);
  const others = stations.filter(({ id }) => id !== store.selected?.id);
  const items = [...selected, ...others].map((station) => ({
    label: withoutIcons(station.name),
    description: station.id === store.selected?.id ? vscode.l10n.t('selected') : '',
    station,
  }));
  const { station } = await pickOne<vscode.QuickPickItem & { station: StationItem | undefined }>(
    [...items, ...(canCreate ? [create] : [])],
    { title, placeHolder: vscode.l10n.t('Station') },
  );
  if (station !== undefined) return station;
  await vscode.commands.executeCommand('testStations.createStation');
  throw new vscode.CancellationError();
}

async function freshStations(store: StationStore): Promise<readonly StationItem[]> {
  await store.refresh();
  if (store.error !== undefined) throw store.error;
  return store.stations ?? [];
}

export const isStation = (value: unknown): value is { id: string } =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';

/** Returns the id of the station that a command's argument is, or that a node of the Stations view belongs to. */
export function stationIdOf(argument: unknown): string | undefined {
  if (isStation(argument)) return argument.id;
  const isNode = typeof argument === 'object' && argument !== null && 'station' in argument;
  return isNode && isStation(argument.station) ? argument.station.id : undefined;
}
