import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import { procedureIdentifier, type ProcedureListItem, procedures } from '../../shared/contract/procedures.ts';
import type { LinkedProcedure } from '../../shared/contract/stations.ts';
import { trpc } from '../../shared/contract/trpc.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { hasIdOrIdentifier, nameBesideLabel, procedureLabel } from '../../shared/run/procedureChoice.ts';
import { ApiError } from '../client/apiError.ts';
import { allPages } from '../client/pages.ts';
import { pickOne } from '../vscode/pick.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import type { Connection } from './connection.ts';
import type { Services } from './services.ts';

export const listProcedures = (connection: Connection): Promise<ProcedureListItem[]> =>
  allPages((query) => connection.call(procedures.list, { query }));

export interface ProcedureItem extends vscode.QuickPickItem {
  readonly id: string;
  readonly name: string;
  readonly identifier: string | null;
}

export function procedureItem(procedure: ProcedureListItem | LinkedProcedure): ProcedureItem {
  const { id, name, identifier = null } = procedure;
  const label = withoutIcons(procedureLabel(procedure));
  return { id, name, identifier, label, description: withoutIcons(nameBesideLabel(procedure)) };
}

export async function pickProcedure(connection: Connection, title: string): Promise<ProcedureItem> {
  const all = await listProcedures(connection);
  if (all.length === 0) throw new UserError(vscode.l10n.t('There is no procedure yet.'));
  return pickOne(all.map(procedureItem), { title, matchOnDescription: true });
}

/**
 * Links a procedure to a station. TofuPilot's public API cannot do this, so the call of its command line tool is tried.
 * @throws UserError if TofuPilot refuses the call
 */
export async function linkProcedure(connection: Connection, station: string, procedure: string): Promise<void> {
  if (await connection.can('station-links')) {
    await connection.call(local.linkProcedure, { params: { id: station, procedure_id: procedure } });
    return;
  }
  try {
    await connection.call(trpc.linkProcedure, { body: { json: { id: station, procedure_id: procedure } } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === null || error.kind === 'unauthorized') throw error;
    if (error.status < 300) return; // The link was created; the format of the answer is not documented.
    throw new UserError(
      vscode.l10n.t(
        '{0} did not take the link from here (status {1}). Link the procedure in its dashboard, under Stations.',
        connection.serverName,
        error.status,
      ),
      [commandRemedy(vscode.l10n.t('Open {0}', connection.serverName), 'openDashboard')],
      { cause: error },
    );
  }
}

export interface LinkPlan {
  readonly existing: ProcedureListItem | undefined;
  readonly link: () => Promise<void>;
}

/**
 * @param scriptId the script's own `procedure_id`
 * @returns undefined when there is no such procedure, and its name cannot be that of a new one
 */
export async function planLink(
  { connection, store }: Pick<Services, 'connection' | 'store'>,
  station: string,
  scriptId: string,
): Promise<LinkPlan | undefined> {
  const existing = (await listProcedures(connection)).find((procedure) => hasIdOrIdentifier(procedure, scriptId));
  if (existing === undefined && !procedureIdentifier.safeParse(scriptId).success) return undefined;
  const link = async (): Promise<void> => {
    const body = { name: scriptId, identifier: scriptId };
    const { id } = existing ?? (await connection.call(procedures.create, { body }));
    await linkProcedure(connection, station, id);
    await store.refreshStation(station);
  };
  return { existing, link };
}
