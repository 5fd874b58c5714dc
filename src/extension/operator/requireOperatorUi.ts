import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';

/**
 * Checks that the server has the Operator UI of its stations. Tests of all kinds can be operated.
 * @throws UserError with the reason and the remedy when it has none
 */
export async function requireOperatorUi(connection: Connection): Promise<void> {
  if (await connection.can('operator')) return;
  throw new UserError(
    vscode.l10n.t('{0} shows the Operator UI of its stations on its own pages, not here.', connection.serverName),
    [commandRemedy(vscode.l10n.t('Open Dashboard'), 'openDashboard')],
  );
}
