import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import { addressKey, findAddresses } from '../../shared/script/instrumentAddresses.ts';
import type { Log } from '../vscode/log.ts';
import { ignoredFiles } from '../vscode/scriptFile.ts';

export interface AddressUse {
  readonly file: vscode.Uri;
  /** From 1. */
  readonly line: number;
  readonly address: string;
}

const files = '**/*.{py,robot,resource,yaml,yml}';
const maxFiles = 2_000;

/** Finds the addresses in the files of the workspace, as they are on disk, by their keys. */
export async function findUses(log: Log): Promise<Map<string, AddressUse[]>> {
  const uses = new Map<string, AddressUse[]>();
  const found = await vscode.workspace.findFiles(files, ignoredFiles, maxFiles);
  for (const file of found.filter(({ scheme }) => scheme === 'file').sort((a, b) => (a.path < b.path ? -1 : 1))) {
    try {
      for (const { address, line } of findAddresses(await readFile(file.fsPath, 'utf8'))) {
        const key = addressKey(address);
        uses.set(key, [...(uses.get(key) ?? []), { file, line, address }]);
      }
    } catch (error) {
      log.debug(`${file.fsPath} was not read: ${String(error)}`); // it was removed, or must not be read
    }
    await nextTurn();
  }
  return uses;
}
