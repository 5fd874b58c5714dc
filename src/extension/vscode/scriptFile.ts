import { basename, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import {
  testFileEndings,
  type TestFileKind,
  testFileKind,
  testFileKinds,
  testFilesGlob,
} from '../../shared/script/testFiles.ts';
import { pickFile, pickOne } from './pick.ts';

export const scriptFiles: readonly vscode.DocumentFilter[] = [
  ...testFileKinds.flatMap(({ language }) => (language === null ? [] : [{ language, scheme: 'file' }])),
  { pattern: testFilesGlob, scheme: 'file' }, // without an extension for its language, VS Code knows a file by its name only
];

/** Returns the kind of tests that a document has, even if it is not saved yet. */
export const fileKindOf = ({ languageId, uri }: vscode.TextDocument): TestFileKind | undefined =>
  testFileKind(uri.path, languageId);

export const isScriptFile = (document: vscode.TextDocument): boolean =>
  document.uri.scheme === 'file' && fileKindOf(document) !== undefined;

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

interface ScriptItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | undefined;
}

/** Asks for one of the scripts, or for another one by a file dialog. */
export async function pickScript(
  scripts: readonly vscode.Uri[],
  options: vscode.QuickPickOptions,
): Promise<vscode.Uri> {
  const items = scripts.map((uri): ScriptItem => ({
    label: basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const browse: ScriptItem = { label: `$(folder-opened) ${vscode.l10n.t('Browse…')}`, uri: undefined };
  const { uri } = await pickOne([...items, browse], { ...options, matchOnDescription: true });
  return uri ?? pickFile({ filters: { [vscode.l10n.t('Test scripts')]: [...testFileEndings] } });
}

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

/** Matches the files in them, for searches of the workspace. */
export const ignoredFiles = `**/{${ignoredFolders.join(',')}}/**`;
