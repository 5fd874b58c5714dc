import * as vscode from 'vscode';

export async function pickOne<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Promise<T> {
  const picked = await vscode.window.showQuickPick(items, options);
  if (picked === undefined) throw new vscode.CancellationError();
  return picked;
}

export async function pickFile(options: vscode.OpenDialogOptions): Promise<vscode.Uri> {
  const [file] = (await vscode.window.showOpenDialog(options)) ?? [];
  if (file === undefined) throw new vscode.CancellationError();
  return file;
}
