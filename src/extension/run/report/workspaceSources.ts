import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { baseName } from '../../../shared/format/fileNames.ts';
import { phaseSources, sourceFile } from '../../../shared/script/phaseSources.ts';
import { testFilesGlob } from '../../../shared/script/testFiles.ts';
import { ignoredFiles } from '../../vscode/scriptFile.ts';

interface Place {
  uri: vscode.Uri;
  line: number;
}

/** Places in the workspace: of phases by their names, of files by the names that the logs have for them. */
export interface WorkspaceSources {
  phases: ReadonlyMap<string, Place>;
  files: ReadonlyMap<string, Place>;
}

const maxFiles = 2000;

/** Searches the workspace's scripts. Never rejects: unreadable files are skipped. */
export async function findSources(run: Run): Promise<WorkspaceSources> {
  const uris = new Map(
    (await vscode.workspace.findFiles(testFilesGlob, ignoredFiles, maxFiles)).map((uri) => [uri.fsPath, uri] as const),
  );
  const paths = [...uris.keys()];
  const files = new Map<string, Place>();
  const named = [...run.logs, ...(run.findings ?? [])].flatMap(({ source_file }) => source_file ?? []);
  for (const source of new Set(named)) {
    const uri = uris.get(sourceFile(source, paths) ?? '');
    if (uri && baseName(source) !== '') files.set(source, { uri, line: 1 });
  }
  const texts = await Promise.all([...uris.values()].map(textOf));
  const names = [...new Set(run.phases.map(({ name }) => name))];
  const phases = new Map<string, Place>();
  for (const [name, { path, line }] of phaseSources(names, texts)) {
    const uri = uris.get(path);
    if (uri) phases.set(name, { uri, line });
  }
  return { phases, files };
}

async function textOf(uri: vscode.Uri): Promise<{ path: string; text: string }> {
  const content = await vscode.workspace.fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '', // deleted, or not readable
  );
  return { path: uri.fsPath, text: content };
}

export async function showPlace(place: Place | undefined, line = place?.line ?? 1): Promise<void> {
  if (!place) throw new Error(vscode.l10n.t('The source is no longer in this workspace.'));
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(place.uri, { selection: new vscode.Range(at, at) });
}
