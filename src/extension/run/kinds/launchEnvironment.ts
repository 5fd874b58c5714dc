import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import * as vscode from 'vscode';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { folderOf, pathInFolder } from '../../vscode/scriptFile.ts';
import { setting, settingRemedy } from '../../vscode/settings.ts';
import { UserError } from '../../vscode/userError.ts';

/** @throws UserError when the environment file cannot be read */
export async function launchEnvironment(script: vscode.Uri): Promise<Record<string, string>> {
  const envFile = setting('envFile', script);
  if (envFile === '') return {};
  const file = pathInFolder(envFile, folderOf(script));
  try {
    const found = Object.entries(parseEnv(await readFile(file, 'utf8')));
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(vscode.l10n.t('The environment file {0} cannot be read: {1}.', file, reason), [
      settingRemedy('envFile'),
    ]);
  }
}
