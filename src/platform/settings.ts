import * as vscode from 'vscode';
import * as z from 'zod';

const schema = {
  /** The interpreter that runs phase scripts; empty: the one selected in VS Code. */
  python: z.string().trim().catch(''),
  /** The embedded server's data folder; empty: the extension's own storage. */
  dataFolder: z.string().trim().catch(''),
  /** Who gives serial numbers. */
  serialNumber: z.enum(['script', 'ask', 'fixed']).catch('script'),
  fixedSerialNumber: z.string().trim().catch(''),
  /** What follows the script on the command line. */
  arguments: z.array(z.string()).catch([]),
  /** Empty: the script's own folder. */
  workingFolder: z.string().trim().catch(''),
  /** A file of `NAME=value` lines; empty: none. */
  envFile: z.string().trim().catch(''),
};

/**
 * Reads a setting of ours; something of the wrong type counts as not set.
 * @param scope the file whose folder's settings count
 */
export function setting<K extends keyof typeof schema>(name: K, scope?: vscode.Uri): z.output<(typeof schema)[K]>;
export function setting(name: keyof typeof schema, scope?: vscode.Uri): unknown {
  return schema[name].parse(vscode.workspace.getConfiguration('testStations', scope).get(name));
}

export function openSetting(name: keyof typeof schema): void {
  void vscode.commands.executeCommand('workbench.action.openSettings', `testStations.${name}`);
}

/** Changes a setting for this machine, when the user has asked for it. */
export async function changeSetting(name: keyof typeof schema, value: string): Promise<void> {
  await vscode.workspace.getConfiguration('testStations').update(name, value, vscode.ConfigurationTarget.Global);
}
