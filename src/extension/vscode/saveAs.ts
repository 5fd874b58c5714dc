import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { offer, showInformation } from './messages.ts';

export async function saveAs(name: string, content: () => Uint8Array | Promise<Uint8Array>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, name) });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, await content());
  const open = {
    label: vscode.l10n.t('Open File'),
    run: () => vscode.commands.executeCommand('vscode.open', target),
  };
  await offer(showInformation, vscode.l10n.t('Saved as {0}.', vscode.workspace.asRelativePath(target)), [open]);
}
