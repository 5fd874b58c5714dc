import * as vscode from 'vscode';
import * as z from 'zod';
import { slotNumber } from '../../shared/contract/operator.ts';
import type { Remedy } from './userError.ts';

interface Settings {
  readonly python: string;
  readonly tofupilotPath: string;
  readonly dataFolder: string;
  readonly codeLens: boolean;
  readonly statisticsHints: boolean;
  readonly serialNumber: 'script' | 'ask' | 'fixed';
  readonly fixedSerialNumber: string;
  readonly serialNumberFormat: string;
  readonly partNumber: string;
  readonly slots: number;
  readonly arguments: readonly string[];
  readonly workingFolder: string;
  readonly envFile: string;
  readonly 'assistant.server': 'ask' | 'always' | 'never';
  readonly 'assistant.runs': 'never' | 'ask';
}

const schema: { readonly [K in keyof Settings]: z.ZodType<Settings[K]> } = {
  python: z.string().trim().catch(''),
  tofupilotPath: z.string().trim().catch(''),
  dataFolder: z.string().trim().catch(''),
  codeLens: z.boolean().catch(true),
  statisticsHints: z.boolean().catch(true),
  serialNumber: z.enum(['script', 'ask', 'fixed']).catch('script'),
  fixedSerialNumber: z.string().trim().catch(''),
  serialNumberFormat: z.string().trim().catch(''),
  partNumber: z.string().catch(''),
  slots: slotNumber.catch(1),
  arguments: z.array(z.string()).catch([]),
  workingFolder: z.string().trim().catch(''),
  envFile: z.string().trim().catch(''),
  'assistant.server': z.enum(['ask', 'always', 'never']).catch('ask'),
  'assistant.runs': z.enum(['never', 'ask']).catch('never'),
};

/** Reads a setting of ours; a value of the wrong type counts as not set. @param scope a file in the folder */
export function setting<K extends keyof Settings>(name: K, scope?: vscode.Uri): Settings[K] {
  return schema[name].parse(vscode.workspace.getConfiguration('testStations', scope).get(name));
}

export const settingRemedy = (name: keyof Settings, label = vscode.l10n.t('Open Setting')): Remedy => ({
  label,
  run: () => vscode.commands.executeCommand('workbench.action.openSettings', `testStations.${name}`),
});

export async function changeSetting<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
  await vscode.workspace.getConfiguration('testStations').update(name, value, vscode.ConfigurationTarget.Global);
}
