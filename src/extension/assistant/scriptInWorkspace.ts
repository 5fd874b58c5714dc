import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, normalize, relative } from 'node:path';
import * as vscode from 'vscode';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { testFileKind } from '../../shared/script/testFiles.ts';
import { folderOf, pathInFolder } from '../vscode/scriptFile.ts';
import { setting } from '../vscode/settings.ts';
import { type Fingerprint, fingerprintOf } from './scriptFingerprint.ts';

export interface WorkspaceScript {
  readonly uri: vscode.Uri;
  /** Without symbolic links: two paths of one script are one script. */
  readonly realPath: string;
}

/** @throws ToolError if it is no test script in a folder of this window, also by a symbolic link */
export async function scriptInWorkspace(path: string): Promise<WorkspaceScript> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length === 0) throw new ToolError('This window has no folder open. Only the person can open one.');
  const names = folders.map(({ uri }) => uri.fsPath).join(', ');
  const outside = new ToolError(`script: it must be the absolute path of a test script (.py) below ${names}.`);
  if (!isAbsolute(path) || path.includes('\0') || testFileKind(path) === undefined) throw outside;
  const realPath = await realpath(normalize(path)).catch(() => undefined);
  const isFile = realPath !== undefined && (await stat(realPath)).isFile();
  if (!isFile || testFileKind(realPath) === undefined) {
    throw new ToolError(`script: there is no such file. It must be a test script (.py) below ${names}.`);
  }
  const tops = await Promise.all(folders.map(({ uri }) => realpath(uri.fsPath)));
  if (!tops.some((top) => isBelow(top, realPath))) throw outside;
  return { uri: vscode.Uri.file(normalize(path)), realPath };
}

function isBelow(top: string, path: string): boolean {
  const way = relative(top, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

export async function fingerprintOfScript({ uri, realPath }: WorkspaceScript): Promise<Fingerprint> {
  const envFile = setting('envFile', uri);
  const environment =
    envFile === '' ? '' : await readFile(pathInFolder(envFile, folderOf(uri)), 'utf8').catch(() => 'unreadable');
  const settings = [
    setting('python'),
    setting('arguments', uri),
    setting('workingFolder', uri),
    envFile,
    environment,
    setting('serialNumber', uri),
    setting('fixedSerialNumber', uri),
    setting('partNumber', uri),
  ];
  return fingerprintOf(realPath, await realpath(folderOf(uri)), settings);
}
