import * as vscode from 'vscode';

export async function openWalkthrough(
  { extension }: vscode.ExtensionContext,
  step?: 'run',
  toSide = false,
): Promise<void> {
  const category = `${extension.id}#start`;
  const place = step === undefined ? category : { category, step };
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', place, toSide);
}
