import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import { trpc } from '../../shared/contract/trpc.ts';
import { ApiError } from '../client/apiError.ts';
import { UserError } from '../vscode/userError.ts';
import type { Connection } from './connection.ts';

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
      [
        {
          label: vscode.l10n.t('Open {0}', connection.serverName),
          run: () => vscode.commands.executeCommand('testStations.openDashboard'),
        },
      ],
      { cause: error },
    );
  }
}
