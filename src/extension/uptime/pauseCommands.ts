import * as vscode from 'vscode';
import { operatorAddress, presence } from '../../shared/contract/presence.ts';
import { uptime } from '../../shared/contract/uptime.ts';
import { pauseAt } from '../../shared/uptime/pauses.ts';
import type { Connection } from '../connection/connection.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import type { StationName } from '../connection/stationStore.ts';
import { askOne } from '../vscode/steps.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import { askMaintenance } from './maintenanceQuestion.ts';

export function registerPauseCommands({ commands, connection, store }: Services): void {
  const stationOf = async (argument: unknown, title: string): Promise<StationName> => {
    await requireUptime(connection);
    const id = stationIdOf(argument);
    if (id === undefined) return pickStation(store, title);
    if (store.station(id) === undefined) await store.refreshStation(id);
    return store.station(id) ?? pickStation(store, title);
  };

  commands.register('markMaintenance', async (argument) => {
    const { id, name } = await stationOf(argument, vscode.l10n.t('Mark maintenance'));
    const { starts_at, ends_at, note } = await askMaintenance(name);
    const body = { kind: 'maintenance' as const, starts_at, ends_at, note };
    await connection.call(presence.pause, { params: { id }, body });
  });

  commands.register('pauseStation', async (argument) => {
    const { id } = await stationOf(argument, vscode.l10n.t('Pause uptime of a station'));
    const body = { kind: 'paused' as const, starts_at: new Date().toISOString(), ends_at: null };
    await connection.call(presence.pause, { params: { id }, body });
  });

  const endPause = async (argument: unknown, title: string): Promise<void> => {
    const { id, name } = await stationOf(argument, title);
    const { pauses } = await connection.call(uptime.station, { params: { id }, query: { days: 1 } });
    const pause = pauseAt(pauses, Date.now());
    if (!pause) throw new UserError(vscode.l10n.t('{0} is neither paused nor in maintenance.', name));
    const body = { ends_at: new Date().toISOString() };
    await connection.call(presence.endPause, { params: { id, pause_id: pause.id }, body });
  };
  commands.register('resumeStation', (argument) => endPause(argument, vscode.l10n.t('Resume uptime of a station')));
  commands.register('endMaintenance', (argument) => endPause(argument, vscode.l10n.t('End maintenance')));

  commands.register('setOperatorAddress', async (argument) => {
    const { id, name } = await stationOf(argument, vscode.l10n.t('Set operator address'));
    const address = await askAddress({ id, name }, store.station(id)?.operatorAddress ?? '');
    const body = { address: address || null };
    await connection.call(presence.setOperatorAddress, { params: { id }, body });
    await store.refreshStation(id);
  });
}

/**
 * Asks for the address of an OpenHTF station server. A button of the input box searches the network instead.
 * @returns an empty string for no address
 */
async function askAddress({ id, name }: StationName, value: string): Promise<string> {
  const box = vscode.window.createInputBox();
  const refusal = (text: string): string | undefined =>
    text.trim() === '' ? undefined : operatorAddress.safeParse(text).error?.issues[0]?.message;
  box.prompt = vscode.l10n.t(
    'Host and port of the OpenHTF station server, such as bench-3.lan:4444. The server follows it. Empty: none.',
  );
  box.value = value;
  box.buttons = [
    { iconPath: new vscode.ThemeIcon('search'), tooltip: vscode.l10n.t('Find OpenHTF Stations on the Network') },
  ];
  return askOne(vscode.l10n.t('Operator address of {0}', name), (step) =>
    step.show<string>(box, (done, failed) => {
      box.onDidChangeValue((text) => (box.validationMessage = refusal(text) ?? ''));
      box.onDidAccept(() => {
        if (refusal(box.value) === undefined) done(box.value.trim());
      });
      box.onDidTriggerButton(() => {
        failed(new vscode.CancellationError());
        void vscode.commands.executeCommand('testStations.findOnNetwork', { id });
      });
    }),
  );
}

async function requireUptime(connection: Connection): Promise<void> {
  if (await connection.can('uptime')) return;
  throw new UserError(vscode.l10n.t('The uptime on {0} cannot be changed here.', connection.serverName), [
    commandRemedy(vscode.l10n.t('Open {0}', connection.serverName), 'openDashboard'),
  ]);
}
