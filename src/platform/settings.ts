import * as vscode from 'vscode';
import * as z from 'zod';

interface Settings {
  /** The interpreter that runs phase scripts; empty: the one selected in VS Code. */
  readonly python: string;
  /** The embedded server's data folder; empty: the extension's own storage. */
  readonly dataFolder: string;
  /** Commands above the entry of a phase script. */
  readonly codeLens: boolean;
}

const schema: { readonly [K in keyof Settings]: z.ZodType<Settings[K]> } = {
  python: z.string().trim().catch(''),
  dataFolder: z.string().trim().catch(''),
  codeLens: z.boolean().catch(true),
};

/** Reads a setting of ours; something of the wrong type counts as not set. */
export function setting<K extends keyof Settings>(name: K): Settings[K] {
  return schema[name].parse(vscode.workspace.getConfiguration('testStations').get(name));
}

export function openSetting(name: keyof Settings): void {
  void vscode.commands.executeCommand('workbench.action.openSettings', `testStations.${name}`);
}

/** Changes a setting for this machine, when the user has asked for it. */
export async function changeSetting<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
  await vscode.workspace.getConfiguration('testStations').update(name, value, vscode.ConfigurationTarget.Global);
}
