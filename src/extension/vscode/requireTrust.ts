import * as vscode from 'vscode';
import { UserError } from './userError.ts';

export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(vscode.l10n.t('Scripts of this folder are run only once you trust it.'), [
    { label: vscode.l10n.t('Manage Trust'), run: () => vscode.commands.executeCommand('workbench.trust.manage') },
  ]);
}
