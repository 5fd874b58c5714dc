import { homedir } from 'node:os';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { StationStore } from '../connection/stationStore.ts';
import { showInformation } from '../vscode/messages.ts';
import { pickFile } from '../vscode/pick.ts';
import { openWalkthrough } from './walkthrough.ts';

const name = 'test-stations-sample';
/** The script that is opened with the folder. The manifest's `workspaceContains` names it too. */
const firstScript = 'openhtf_board.py';

/** Passes the state to the window of the sample, because opening a folder restarts the extension host. */
const openedKey = 'openedSample';
const opened = z.object({
  folder: z.string(),
  fromWalkthrough: z.boolean(),
  station: z.object({ id: z.string(), name: z.string() }).optional(),
});

/** Copies the sample scripts to a chosen folder and opens it. Overwrites nothing. */
export async function openSample(
  context: vscode.ExtensionContext,
  store: StationStore,
  fromWalkthrough: boolean,
): Promise<void> {
  const folder = await sampleIn(await chosenParent(), vscode.Uri.joinPath(context.extensionUri, 'samples'));
  const forceNewWindow = await wantsNewWindow(folder);
  const sample: z.infer<typeof opened> = { folder: folder.toString(), fromWalkthrough, station: store.selected };
  await context.globalState.update(openedKey, sample);
  await vscode.commands.executeCommand('vscode.openFolder', folder, {
    forceNewWindow,
    forceReuseWindow: !forceNewWindow,
  });
}

export async function showOpenedSample(context: vscode.ExtensionContext, store: StationStore): Promise<void> {
  const [folder, ...others] = vscode.workspace.workspaceFolders ?? [];
  const sample = opened.safeParse(context.globalState.get(openedKey)).data;
  if (folder === undefined || others.length > 0 || sample?.folder !== folder.uri.toString()) return;
  await context.globalState.update(openedKey, undefined);
  if (store.selected === undefined && sample.station !== undefined) await store.select(sample.station);
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, firstScript));
  if (sample.fromWalkthrough) await openWalkthrough(context, 'run', true);
}

const chosenParent = (): Promise<vscode.Uri> =>
  pickFile({
    title: vscode.l10n.t('Where to create the folder {0}', name),
    openLabel: vscode.l10n.t('Create Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(homedir()),
  });

async function sampleIn(parent: vscode.Uri, samples: vscode.Uri): Promise<vscode.Uri> {
  const usual = vscode.Uri.joinPath(parent, name);
  const isTaken = await exists(usual);
  if (isTaken && !(await wantsAnother(usual))) return usual;
  const folder = isTaken ? await freeName(parent) : usual;
  await vscode.workspace.fs.copy(samples, folder, { overwrite: false });
  return folder;
}

async function wantsAnother(existing: vscode.Uri): Promise<boolean> {
  const open = vscode.l10n.t('Open It');
  const another = vscode.l10n.t('Create Another');
  const message = vscode.l10n.t('There is already a sample workspace in this folder.');
  const answer = await showInformation(message, { modal: true, detail: existing.fsPath }, open, another);
  if (answer === undefined) throw new vscode.CancellationError();
  return answer === another;
}

async function freeName(parent: vscode.Uri): Promise<vscode.Uri> {
  for (let number = 2; ; number++) {
    const folder = vscode.Uri.joinPath(parent, `${name}-${number}`);
    if (!(await exists(folder))) return folder;
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}

async function wantsNewWindow(folder: vscode.Uri): Promise<boolean> {
  if (vscode.workspace.workspaceFolders === undefined) return false;
  const fresh = vscode.l10n.t('Open in New Window');
  const here = vscode.l10n.t('Open in This Window');
  const message = vscode.l10n.t('The sample workspace is ready. Where should it open?');
  const answer = await showInformation(message, { modal: true, detail: folder.fsPath }, fresh, here);
  if (answer === undefined) throw new vscode.CancellationError();
  return answer === fresh;
}
