import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import { procedures } from '../../shared/contract/procedures.ts';
import { procedureLabel } from '../../shared/run/procedureChoice.ts';
import { linkProcedure, listProcedures } from '../connection/procedureLinks.ts';
import type { Services } from '../connection/services.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { confirm, showDone, showInformation } from '../vscode/messages.ts';
import { askOne } from '../vscode/steps.ts';
import { UserError } from '../vscode/userError.ts';
import {
  askIdentifier,
  askName,
  askProcedure,
  chosenProcedure,
  type PickedProcedure,
  pickLinked,
  pickUnlinked,
} from './procedureQuestions.ts';
import { offerDashboard } from './serverCommands.ts';
import { runningWarning, type StationChoice } from './stationChoice.ts';

export function registerProcedureCommands({ commands, connection, store }: Services, choice: StationChoice): void {
  const create = async (): Promise<PickedProcedure> => {
    const asked = await askProcedure(await connection.can('procedure-identifiers'));
    const { id } = await connection.call(procedures.create, { body: asked });
    return { id, label: asked.identifier ?? asked.name };
  };

  const link = async (station: StationItem, chosen: readonly PickedProcedure[]): Promise<void> => {
    for (const { id } of chosen) {
      await linkProcedure(connection, station.id, id);
    }
    await store.refreshStation(station.id);
    const labels = chosen.map(({ label }) => label).join(', ');
    showDone(vscode.l10n.t('Linked {0} to {1}', labels, station.name));
  };

  commands.register('createProcedure', async () => {
    const procedure = await create();
    const selected = store.selected && store.station(store.selected.id);
    const linkIt = selected === undefined ? undefined : vscode.l10n.t('Link to {0}', selected.name);
    const answer = await showInformation(
      vscode.l10n.t('Procedure {0} was created.', procedure.label),
      ...(linkIt === undefined ? [] : [linkIt]),
    );
    if (selected !== undefined && answer === linkIt) await link(selected, [procedure]);
  });

  commands.register('linkProcedure', async (argument) => {
    const station = await choice.station(argument, vscode.l10n.t('Link procedure to a station'), {
      canCreate: true,
      takesOnly: argument === 'walkthrough',
    });
    const chosen = (await pickUnlinked(station, await listProcedures(connection))) ?? [await create()];
    await link(station, chosen);
    return chosen[0]?.id;
  });

  commands.register('unlinkProcedure', async (argument) => {
    const node = choice.node(argument);
    const station = await choice.station(argument, vscode.l10n.t('Unlink procedure from a station'));
    const procedure = node?.kind === 'procedure' ? node.procedure : await pickLinked(station);
    if (!(await connection.can('station-links'))) {
      const where = vscode.l10n.t(
        'Unlink {0} from {1} in the dashboard of {2}: its public interface has no call for it.',
        procedureLabel(procedure),
        station.name,
        connection.serverName,
      );
      return offerDashboard(connection, station, where);
    }
    const sure = await confirm({
      message: vscode.l10n.t('Unlink {0} from {1}?', procedureLabel(procedure), station.name),
      detail:
        vscode.l10n.t(
          'Scripts of {0} can then no longer push runs of this procedure. Its runs are kept, and it can be linked again.',
          station.name,
        ) + runningWarning(store, station.id),
      button: vscode.l10n.t('Unlink'),
    });
    if (!sure) return;
    await connection.call(local.unlinkProcedure, { params: { id: station.id, procedure_id: procedure.id } });
    await store.refreshStation(station.id);
  });

  commands.register('renameProcedure', async (argument) => {
    const procedure = await chosenProcedure(connection, choice, argument, vscode.l10n.t('Rename procedure'));
    const title = vscode.l10n.t('Rename procedure {0}', procedure.label);
    const name = await askOne(title, (step) => askName(step, procedure.name));
    await connection.call(procedures.update, { params: { id: procedure.id }, body: { name } });
    await store.refresh();
  });

  commands.register('setProcedureIdentifier', async (argument) => {
    const procedure = await chosenProcedure(connection, choice, argument, vscode.l10n.t('Set identifier'));
    if (!(await connection.can('procedure-identifiers'))) {
      throw new UserError(
        vscode.l10n.t(
          '{0} assigns the identifiers of procedures. They cannot be changed from here.',
          connection.serverName,
        ),
      );
    }
    const title = vscode.l10n.t('Identifier of {0}', procedure.name);
    const identifier = await askOne(title, (step) => askIdentifier(step, procedure.identifier ?? ''));
    await connection.call(local.setIdentifier, { params: { id: procedure.id }, body: { identifier } });
    await store.refresh();
  });

  commands.register('deleteProcedure', async (argument) => {
    const { id, label } = await chosenProcedure(connection, choice, argument, vscode.l10n.t('Delete procedure'));
    const { runs_count: runs, stations } = await connection.call(procedures.get, { params: { id } });
    const links = stations.map(({ name }) => name).join(', ');
    const sure = await confirm({
      message: vscode.l10n.t('Delete procedure {0}?', label),
      detail: [
        runs === 1
          ? vscode.l10n.t('Its run, with all measurements and attachments, is also deleted.')
          : vscode.l10n.t('Its {0} runs, with all measurements and attachments, are also deleted.', runs),
        links === '' ? '' : vscode.l10n.t('It is linked to {0}, which can then no longer push runs of it.', links),
        vscode.l10n.t('This cannot be undone.'),
      ]
        .filter(Boolean)
        .join(' '),
      button: vscode.l10n.t('Delete Procedure'),
    });
    if (!sure) return;
    await connection.call(procedures.delete, { params: { id } });
    await store.refresh();
  });
}
