import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { procedures } from '../../../shared/contract/procedures.ts';
import { hasIdOrIdentifier } from '../../../shared/run/procedureChoice.ts';
import { testFileKind, testFilesGlob } from '../../../shared/script/testFiles.ts';
import type { Connection } from '../../connection/connection.ts';
import { ignoredFolders, scriptDialogFilters } from '../../vscode/scriptFile.ts';

const stateKey = 'studyScripts';
const storedScripts = z.record(z.string(), z.string());
const maxFiles = 500;

export class StudyScripts {
  readonly #connection: Connection;
  readonly #state: vscode.Memento;

  constructor(connection: Connection, state: vscode.Memento) {
    this.#connection = connection;
    this.#state = state;
  }

  /** Returns the script that names the procedure; asks if that is not exactly one. */
  async find(procedure: string): Promise<vscode.Uri> {
    const known = this.#all[procedure];
    if (known !== undefined && (await exists(vscode.Uri.parse(known)))) return vscode.Uri.parse(known);
    const ignored = `**/{${ignoredFolders.join(',')}}/**`;
    const files = await vscode.workspace.findFiles(testFilesGlob, ignored, maxFiles);
    const { identifier } = await this.#connection.call(procedures.get, { params: { id: procedure } });
    const named: vscode.Uri[] = [];
    for (const file of files) if (await isOf({ id: procedure, identifier }, file)) named.push(file);
    const [only, ...others] = named;
    const script = only !== undefined && others.length === 0 ? only : await pick(named.length > 0 ? named : files);
    await this.#state.update(stateKey, { ...this.#all, [procedure]: script.toString() });
    return script;
  }

  get #all(): Record<string, string> {
    return storedScripts.safeParse(this.#state.get(stateKey)).data ?? {};
  }
}

async function isOf(procedure: { id: string; identifier: string | null }, file: vscode.Uri): Promise<boolean> {
  const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const kind = testFileKind(file.path);
  if (kind?.mayHaveMarks(source) !== true) return false;
  const { procedureArguments } = await kind.scan(source, basename(file.path));
  return procedureArguments.some((argument) => argument.kind === 'named' && hasIdOrIdentifier(procedure, argument.id));
}

async function pick(files: readonly vscode.Uri[]): Promise<vscode.Uri> {
  const items = files.map((uri) => ({
    label: basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const browse = { label: `$(folder-opened) ${vscode.l10n.t('Browse…')}`, description: '', uri: undefined };
  const title = vscode.l10n.t('Script of the gauge study');
  const picked = await vscode.window.showQuickPick<{ label: string; description: string; uri: vscode.Uri | undefined }>(
    [...items, browse],
    { title, matchOnDescription: true },
  );
  const [opened] =
    picked === browse
      ? ((await vscode.window.showOpenDialog({ filters: scriptDialogFilters() })) ?? [])
      : [picked?.uri];
  if (opened === undefined) throw new vscode.CancellationError();
  return opened;
}

const exists = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
