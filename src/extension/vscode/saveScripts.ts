import { basename } from 'node:path';
import * as vscode from 'vscode';
import { fileKindOf } from './scriptFile.ts';
import { UserError } from './userError.ts';

/** Saves open files of all kinds of tests, which a script may import. @throws UserError if one cannot be saved */
export async function saveScripts(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || document.isUntitled || fileKindOf(document) === undefined) continue;
    if (await document.save()) continue;
    throw new UserError(vscode.l10n.t('{0} could not be saved, so nothing was run.', basename(document.fileName)));
  }
}
