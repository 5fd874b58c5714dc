import * as vscode from 'vscode';
import { operator } from '../../shared/contract/operator.ts';
import { overview } from '../../shared/contract/overview.ts';
import type { Connection } from '../connection/connection.ts';
import type { StartScript } from '../connection/liveScripts.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import type { StationName, StationStore } from '../connection/stationStore.ts';
import { showInformation } from '../vscode/messages.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import { findOnNetwork, openStockPage } from './network.ts';
import { OperatorPanels } from './operatorPanels.ts';
import { StationAgents } from './stationAgents.ts';
import { StationScripts } from './stationScripts.ts';
import { WaitingPrompts } from './waitingPrompts.ts';

export function registerOperator(services: Services, startScript: StartScript): vscode.Disposable {
  const { commands, connection, context, store } = services;
  const scripts = new StationScripts(context.workspaceState);
  const agents = new StationAgents({ ...services, scripts, startScript });
  const panels = new OperatorPanels(services, (station) => agents.ensure(station));
  const stationOf = (argument: unknown): Promise<StationName> => chosenStation(store, argument);
  const stationWithOperatorUi = async (argument: unknown): Promise<StationName> => {
    const station = await stationOf(argument);
    if (await connection.can('operator')) return station;
    throw new UserError(
      vscode.l10n.t('{0} shows the Operator UI of its stations on its own pages, not here.', connection.serverName),
      [commandRemedy(vscode.l10n.t('Open Dashboard'), 'openDashboard')],
    );
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
  const waiting = new WaitingPrompts(services, (station) => panels.isVisible(station));
  return vscode.Disposable.from(agents, panels, onFirst, waiting);
}

const link = async (connection: Connection, { id }: StationName): Promise<string> =>
  (await connection.call(operator.link, { params: { id } })).url;

async function chosenStation(store: StationStore, argument: unknown): Promise<StationName> {
  const id = stationIdOf(argument) ?? store.selected?.id;
  await store.update();
  const known = id === undefined ? undefined : store.station(id);
  if (known !== undefined) return known;
  return pickStation(store, vscode.l10n.t('Choose the station'));
}
