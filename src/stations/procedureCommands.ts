import * as vscode from 'vscode';
import { allPages } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { name60 } from '../contract/common.ts';
import { local } from '../contract/local.ts';
import { procedureIdentifier, type ProcedureListItem, procedures } from '../contract/procedures.ts';
import type { LinkedProcedure, StationListItem } from '../contract/stations.ts';
import { procedureLabel } from '../domain/procedureChoice.ts';
import type { Commands } from '../platform/commands.ts';
import { confirm } from '../platform/confirm.ts';
import { UserError } from '../platform/userError.ts';
import { type StationChoice, warningOfRun } from './choose.ts';

export function registerProcedureCommands(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  choice: StationChoice,
): void {
  const create = async (): Promise<{ id: string; label: string }> => {
    const asked = await askProcedure();
    const { id } = await connection.call(procedures.create, { body: asked });
    return { id, label: asked.identifier ?? asked.name };
  };

  const link = async (station: StationListItem, procedure: { id: string; label: string }): Promise<string> => {
    await connection.call(local.linkProcedure, { params: { id: station.id, procedure_id: procedure.id } });
    await store.refresh();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Linked {0} to {1}', procedure.label, station.name), 4000);
    return procedure.id;
  };

  commands.register('createProcedure', async () => {
    const procedure = await create();
    await store.refresh();
    const selected = store.stations?.find((station) => station.id === store.selected?.id);
    const linkIt = selected === undefined ? undefined : vscode.l10n.t('Link to {0}', selected.name);
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Procedure {0} was created.', procedure.label),
      ...(linkIt === undefined ? [] : [linkIt]),
    );
    if (selected !== undefined && answer === linkIt) await link(selected, procedure);
  });

  commands.register('linkProcedure', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Link procedure to a station'), { canCreate: true });
    const all = await allPages((query) => connection.call(procedures.list, { query }));
    const picked = await pickUnlinked(station, all);
    return link(station, picked ?? (await create()));
  });

  commands.register('unlinkProcedure', async (argument) => {
    const node = choice.node(argument);
    const station = await choice.station(argument, vscode.l10n.t('Unlink procedure from a station'));
    const procedure = node?.kind === 'procedure' ? node.procedure : await pickLinked(station);
    const sure = await confirm({
      message: vscode.l10n.t('Unlink {0} from {1}?', procedureLabel(procedure), station.name),
      detail:
        vscode.l10n.t(
          'Scripts of {0} can then no longer push runs of this procedure. Its runs are kept, and it can be linked again.',
          station.name,
        ) + warningOfRun(store, station.id),
      button: vscode.l10n.t('Unlink'),
    });
    if (!sure) return;
    await connection.call(local.unlinkProcedure, { params: { id: station.id, procedure_id: procedure.id } });
    await store.refresh();
  });
}

/** @returns undefined when the user wants to create one. @throws vscode.CancellationError */
async function pickUnlinked(
  station: StationListItem,
  all: readonly ProcedureListItem[],
): Promise<{ id: string; label: string } | undefined> {
  const linked = new Set(station.procedures.map((procedure) => procedure.id));
  const items = all
    .filter((procedure) => !linked.has(procedure.id))
    .map((procedure) => {
      const label = procedureLabel(procedure);
      return { label, description: label === procedure.name ? '' : procedure.name, id: procedure.id };
    });
  const create = { label: `$(add) ${vscode.l10n.t('Create procedure…')}`, description: '', id: '' };
  const picked = await vscode.window.showQuickPick([...items, create], {
    title: vscode.l10n.t('Link procedure to {0}', station.name),
    placeHolder: vscode.l10n.t('Procedure whose runs the station may push'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw new vscode.CancellationError();
  return picked === create ? undefined : picked;
}

/** @throws vscode.CancellationError */
async function pickLinked(station: StationListItem): Promise<LinkedProcedure> {
  if (station.procedures.length === 0) {
    throw new UserError(vscode.l10n.t('{0} has no linked procedure.', station.name));
  }
  const picked = await vscode.window.showQuickPick(
    station.procedures.map((procedure) => ({
      label: procedureLabel(procedure),
      description: procedure.name,
      procedure,
    })),
    { title: vscode.l10n.t('Unlink procedure from {0}', station.name) },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  return picked.procedure;
}

/** Asks for name and identifier in two steps. @throws vscode.CancellationError */
async function askProcedure(): Promise<{ name: string; identifier?: string }> {
  const title = vscode.l10n.t('Create procedure');
  const name = await vscode.window.showInputBox({
    title: `${title} (1/2)`,
    prompt: vscode.l10n.t('What is tested, 1 to 60 characters, such as “Functional verification”'),
    ignoreFocusOut: true,
    validateInput: (value) => firstIssue(name60.safeParse(value)),
  });
  if (name === undefined) throw new vscode.CancellationError();
  const suggestion = procedureIdentifier.safeParse(name);
  const identifier = await vscode.window.showInputBox({
    title: `${title} (2/2)`,
    prompt: vscode.l10n.t('The short name that scripts give as procedure_id, such as FVT1. Leave it empty for none.'),
    value: suggestion.success ? suggestion.data : '',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : firstIssue(procedureIdentifier.safeParse(value))),
  });
  if (identifier === undefined) throw new vscode.CancellationError();
  return { name: name.trim(), ...(identifier.trim() === '' ? {} : { identifier: identifier.trim() }) };
}

function firstIssue(parsed: {
  success: boolean;
  error?: { issues: readonly { message: string }[] };
}): string | undefined {
  return parsed.error?.issues[0]?.message;
}
