import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { procedures } from '../../../shared/contract/procedures.ts';
import { hasIdOrIdentifier } from '../../../shared/run/procedureChoice.ts';
import { testFileKind, testFilesGlob } from '../../../shared/script/testFiles.ts';
import type { Connection } from '../../connection/connection.ts';
import { ignoredFiles, pickScript } from '../../vscode/scriptFile.ts';

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
    if (known !== undefined && existsSync(vscode.Uri.parse(known).fsPath)) return vscode.Uri.parse(known);
    const files = await vscode.workspace.findFiles(testFilesGlob, ignoredFiles, maxFiles);
    const { identifier } = await this.#connection.call(procedures.get, { params: { id: procedure } });
    const named: vscode.Uri[] = [];
    for (const file of files) if (await isOf({ id: procedure, identifier }, file)) named.push(file);
    const [only, ...others] = named;
    const title = vscode.l10n.t('Script of the gauge study');
    const script =
      only !== undefined && others.length === 0 ? only : await pickScript(named.length > 0 ? named : files, { title });
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
