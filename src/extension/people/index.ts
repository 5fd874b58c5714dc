import * as vscode from 'vscode';
import type { AuditEntry } from '../../shared/contract/audit.ts';
import type { Services } from '../connection/services.ts';
import { TextPage } from '../vscode/textPage.ts';
import { UserError } from '../vscode/userError.ts';
import { auditPages, auditText } from './auditLog.ts';
import { manageUsers } from './manageUsers.ts';

export function registerPeople(
  { commands, connection }: Services,
  exportEntries: (pages: AsyncIterable<readonly AuditEntry[]>) => Promise<void>,
): vscode.Disposable {
  const page = new TextPage('test-stations-audit', `${vscode.l10n.t('Audit Log')}.txt`);
  const requireAccounts = async (): Promise<void> => {
    if (await connection.can('accounts')) return;
    throw new UserError(vscode.l10n.t('VS Code cannot manage the accounts of {0}.', connection.serverName));
  };
  commands.register('manageUsers', async () => {
    await requireAccounts();
    await manageUsers(connection);
  });
  commands.register('showAuditLog', async () => {
    await requireAccounts();
    await page.show(await auditText(connection));
  });
  commands.register('exportAuditLog', async () => {
    await requireAccounts();
    await exportEntries(auditPages(connection));
  });
  return page;
}
