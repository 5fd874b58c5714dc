import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import {
  testFileEndings,
  type TestFileKind,
  testFileKind,
  testFileKinds,
  testFilesGlob,
} from '../../shared/script/testFiles.ts';

export const scriptFiles: readonly vscode.DocumentFilter[] = [
  ...testFileKinds.flatMap(({ language }) => (language === null ? [] : [{ language, scheme: 'file' }])),
  { pattern: testFilesGlob, scheme: 'file' }, // without an extension for its language, VS Code knows a file by its name only
];

/** Returns the kind of tests that a document has, even if it is not saved yet. */
export const fileKindOf = ({ languageId, uri }: vscode.TextDocument): TestFileKind | undefined =>
  testFileKind(uri.path, languageId);

export const isScriptFile = (document: vscode.TextDocument): boolean =>
  document.uri.scheme === 'file' && fileKindOf(document) !== undefined;

export const scriptDialogFilters = (): Record<string, string[]> => ({
  [vscode.l10n.t('Test scripts')]: [...testFileEndings],
});

export function activeScript(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && isScriptFile(document) ? document.uri : undefined;
}

export const folderOf = (script: vscode.Uri): string =>
  vscode.workspace.getWorkspaceFolder(script)?.uri.fsPath ?? vscode.Uri.joinPath(script, '..').fsPath;

/** Returns the path of a setting: relative to the folder of the script, with `${workspaceFolder}` in it. */
export function pathInFolder(path: string, folder: string): string {
  const full = path.replaceAll('${workspaceFolder}', folder);
  return isAbsolute(full) ? full : join(folder, full);
}

export const lineRange = (lineFrom1: number): vscode.Range =>
  new vscode.Range(lineFrom1 - 1, 0, lineFrom1 - 1, Number.MAX_SAFE_INTEGER);

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
