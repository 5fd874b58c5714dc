import * as vscode from 'vscode';

/**
 * Returns the folder for the data of this extension. An extension under development has a folder of its own, so that a
 * change of the stored format cannot damage the results of the installed one.
 */
export function storageFolder(context: vscode.ExtensionContext): vscode.Uri {
  return context.extensionMode === vscode.ExtensionMode.Development
    ? vscode.Uri.joinPath(context.globalStorageUri, 'development')
    : context.globalStorageUri;
}
