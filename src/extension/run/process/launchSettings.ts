import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parseEnv } from 'node:util';
import * as vscode from 'vscode';
import { runnerEnvironment } from '../../../shared/contract/runner.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { openSetting, setting } from '../../vscode/settings.ts';
import { UserError } from '../../vscode/userError.ts';

/** What the user wants for every start of a script. */
export interface LaunchSettings {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Reads the settings of the script's folder. @throws UserError when the environment file cannot be read */
export async function launchSettings(script: vscode.Uri): Promise<LaunchSettings> {
  const folder = vscode.workspace.getWorkspaceFolder(script)?.uri.fsPath ?? dirname(script.fsPath);
  const placed = (path: string): string => {
    const full = path.replaceAll('${workspaceFolder}', folder);
    return isAbsolute(full) ? full : join(folder, full);
  };
  const [workingFolder, envFile] = [setting('workingFolder', script), setting('envFile', script)];
  const asks = setting('serialNumber', script) === 'script' ? {} : { [runnerEnvironment.serialNumber]: 'ask' };
  return {
    args: setting('arguments', script),
    cwd: workingFolder === '' ? dirname(script.fsPath) : placed(workingFolder),
    env: { ...(envFile === '' ? {} : await variablesOf(placed(envFile))), ...asks },
  };
}

async function variablesOf(file: string): Promise<Record<string, string>> {
  try {
    const found = Object.entries(parseEnv(await readFile(file, 'utf8')));
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(vscode.l10n.t('The environment file {0} cannot be read: {1}.', file, reason), [
      { label: vscode.l10n.t('Open Setting'), run: () => openSetting('envFile') },
    ]);
  }
}
