import * as vscode from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';

export async function requireOperatorUi(connection: Connection): Promise<void> {
  if (await connection.can('operator')) return;
  throw new UserError(
    vscode.l10n.t('{0} shows the Operator UI of its stations on its own pages, not here.', connection.serverName),
    [commandRemedy(vscode.l10n.t('Open Dashboard'), 'openDashboard')],
  );
}
