import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { showInformation } from './messages.ts';

export async function saveAs(name: string, content: () => Uint8Array | Promise<Uint8Array>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, name) });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, await content());
  const open = vscode.l10n.t('Open File');
  const path = vscode.workspace.asRelativePath(target);
  if ((await showInformation(vscode.l10n.t('Saved as {0}.', path), open)) === open)
    await vscode.commands.executeCommand('vscode.open', target);
}
