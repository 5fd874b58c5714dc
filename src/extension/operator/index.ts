import * as vscode from 'vscode';
import { operator } from '../../shared/contract/operator.ts';
import { overview } from '../../shared/contract/overview.ts';
import type { Connection } from '../connection/connection.ts';
import type { LiveScripts, StartScript } from '../connection/liveScripts.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { SelectedStation, StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import type { Log } from '../vscode/log.ts';
import { showInformation } from '../vscode/messages.ts';
import { findOnNetwork, openStockPage } from './network.ts';
import { OperatorPanels } from './operatorPanels.ts';
import { requireOperatorUi } from './requireOperatorUi.ts';
import { StationAgents } from './stationAgents.ts';
import { StationScripts } from './stationScripts.ts';
import { WaitingPrompts } from './waitingPrompts.ts';

export function registerOperator(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  liveScripts: LiveScripts,
  startScript: StartScript,
  log: Log,
  { extensionUri, workspaceState }: vscode.ExtensionContext,
): vscode.Disposable {
  const scripts = new StationScripts(workspaceState);
  const report = (error: unknown): void => void commands.show(error);
  const agents = new StationAgents({ connection, store, liveScripts, scripts, startScript, log, report });
  const panels = new OperatorPanels(connection, liveScripts, extensionUri, log, (station) => agents.ensure(station));
  const stationOf = (argument: unknown): Promise<SelectedStation> => chosenStation(store, argument);
  const stationWithOperatorUi = async (argument: unknown): Promise<SelectedStation> => {
    const station = await stationOf(argument);
    await requireOperatorUi(connection);
    return station;
  };

  commands.register('openOperatorUi', async (argument) => {
    await panels.open(await stationWithOperatorUi(argument));
  });
  commands.register('setStationScript', async (argument) => {
    await scripts.pick(await stationOf(argument));
  });
  commands.register('copyOperatorLink', async (argument) => {
    const station = await stationWithOperatorUi(argument);
    await vscode.env.clipboard.writeText(await link(connection, station));
    void showInformation(
      vscode.l10n.t(
        'The link to {0} was copied. Anyone with the link can watch until the station gets a new key; to answer, they must sign in.',
        station.name,
      ),
    );
  });
  commands.register('openOperatorPage', async (argument) => {
    const station = await stationWithOperatorUi(argument);
    const page = vscode.Uri.parse(await link(connection, station), true);
    await vscode.env.openExternal(page);
  });
  commands.register('findOnNetwork', async (argument) => {
    const station = await stationOf(argument);
    await findOnNetwork(connection, station);
    await store.refreshStation(station.id);
  });
  commands.register('openStockPage', async (argument) => {
    const station = await stationOf(argument);
    const { operator_address: address } = await connection.call(overview.get, { params: { id: station.id } });
    await openStockPage(address, station);
  });

  // Stations with a script can be started from anywhere as soon as the Stations view has loaded.
  const onFirst = store.onDidChange(() => {
    if (store.stations === undefined) return;
    onFirst.dispose();
    for (const id of scripts.stations) if (store.station(id) !== undefined) agents.ensure(id);
  });
  const waiting = new WaitingPrompts(connection, store, liveScripts, log, (station) => panels.isVisible(station));
  return vscode.Disposable.from(agents, panels, onFirst, waiting);
}

const link = async (connection: Connection, { id }: SelectedStation): Promise<string> =>
  (await connection.call(operator.link, { params: { id } })).url;

async function chosenStation(store: StationStore, argument: unknown): Promise<SelectedStation> {
  const id = stationIdOf(argument) ?? store.selected?.id;
  await store.update();
  const known = id === undefined ? undefined : store.station(id);
  if (known !== undefined) return known;
  return pickStation(store, vscode.l10n.t('Choose the station'));
}
