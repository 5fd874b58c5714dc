import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

export const scriptFiles: vscode.DocumentFilter = { language: 'python', scheme: 'file' };

export const isScriptFile = ({ languageId, uri }: vscode.TextDocument): boolean =>
  languageId === 'python' && uri.scheme === 'file';

/** Returns the script in the active editor. */
export function activeScript(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && isScriptFile(document) ? document.uri : undefined;
}

/** Returns the workspace folder of a script, or the folder that it is in. */
export const folderOf = (script: vscode.Uri): string =>
  vscode.workspace.getWorkspaceFolder(script)?.uri.fsPath ?? vscode.Uri.joinPath(script, '..').fsPath;

/** Returns the path of a setting: relative to the folder of the script, with `${workspaceFolder}` in it. */
export function pathInFolder(path: string, folder: string): string {
  const full = path.replaceAll('${workspaceFolder}', folder);
  return isAbsolute(full) ? full : join(folder, full);
}

export const lineRange = (lineFrom1: number): vscode.Range =>
  new vscode.Range(lineFrom1 - 1, 0, lineFrom1 - 1, Number.MAX_SAFE_INTEGER);

/** Folders whose Python files are not the user's scripts. */
export const ignoredFolders = [
  'node_modules',
  'site-packages',
  '.venv',
  'venv',
  '.venvs',
  'env',
  '.tox',
  '.nox',
  '.git',
  '__pycache__',
];
