import * as vscode from 'vscode';

/** Opens the walkthrough of the manifest. @param step the one to show; default: where the user is in it */
export async function openWalkthrough(
  { extension }: vscode.ExtensionContext,
  step?: 'run',
  toSide = false,
): Promise<void> {
  const category = `${extension.id}#start`;
  const place = step === undefined ? category : { category, step };
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', place, toSide);
}
