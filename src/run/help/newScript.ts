import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { StationStore } from '../../connection/stationStore.ts';
import type { LinkedProcedure } from '../../contract/stations.ts';
import { procedureLabel } from '../../domain/procedureChoice.ts';
import { type ScriptKind, scriptTemplate } from './scriptTemplates.ts';
import { withoutIcons } from '../../domain/markdown.ts';

/** Writes a first script for a linked procedure and opens it. @throws vscode.CancellationError */
export async function newScript(store: StationStore): Promise<void> {
  await store.refresh();
  const station = store.stations?.find(({ id }) => id === store.selected?.id);
  const procedure = station && (await pickProcedure(station.name, station.procedures));
  const kind = await pickKind();
  const id = procedure === undefined ? 'FVT1' : (procedure.identifier ?? procedure.id);
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('New test script'),
    defaultUri: proposal(procedure?.identifier ?? 'fvt1'),
    filters: { Python: ['py'] },
  });
  if (file === undefined) throw new vscode.CancellationError();
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(scriptTemplate(kind, id)));
  await vscode.window.showTextDocument(file);
}

async function pickProcedure(
  station: string,
  linked: readonly LinkedProcedure[],
): Promise<LinkedProcedure | undefined> {
  if (linked.length < 2) return linked[0];
  const items = linked.map((procedure) => ({
    label: withoutIcons(procedureLabel(procedure)),
    description: withoutIcons(procedure.name),
    procedure,
  }));
  const title = vscode.l10n.t('New test script for {0} (1/2)', station);
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Procedure') });
  if (picked === undefined) throw new vscode.CancellationError();
  return picked.procedure;
}

async function pickKind(): Promise<ScriptKind> {
  const items: { label: string; detail: string; script: ScriptKind }[] = [
    {
      label: 'OpenHTF',
      detail: vscode.l10n.t('Phases, plugs and operator prompts; live while it runs'),
      script: 'openhtf',
    },
    {
      label: vscode.l10n.t('Plain Python'),
      detail: vscode.l10n.t('Your own functions; their results are pushed at the end'),
      script: 'vanilla',
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('New test script'),
    placeHolder: vscode.l10n.t('Kind of script'),
  });
  if (picked === undefined) throw new vscode.CancellationError();
  return picked.script;
}

function proposal(identifier: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.Uri.joinPath(folder, `${identifier.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_test.py`);
}
