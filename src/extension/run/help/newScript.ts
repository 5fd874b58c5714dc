import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { LinkedProcedure } from '../../../shared/contract/stations.ts';
import { procedureItem } from '../../connection/procedureLinks.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import { pickFile } from '../../vscode/pick.ts';
import { askInSteps, type Question } from '../../vscode/steps.ts';
import { UserError } from '../../vscode/userError.ts';
import { procedureTemplate, scriptFileName, type ScriptKind, scriptTemplate } from './scriptTemplates.ts';

export async function newScript(store: StationStore): Promise<void> {
  await store.refresh();
  const station = store.stations?.find(({ id }) => id === store.selected?.id);
  const { procedure, kind } = await askWhatFor(station?.name, station?.procedures ?? []);
  if (kind === 'procedure') {
    await newProcedure(procedure);
    return;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('New test script'),
    defaultUri: vscode.Uri.joinPath(folder, scriptFileName(kind, procedure)),
    filters: kind === 'robot' ? { 'Robot Framework': ['robot'] } : { Python: ['py'] },
  });
  if (file === undefined) throw new vscode.CancellationError();
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(scriptTemplate(kind, procedure)));
  await vscode.window.showTextDocument(file);
}

/** Writes a procedure with the file of its phase into a folder, and never over other files. */
async function newProcedure(procedure: LinkedProcedure | undefined): Promise<void> {
  const folder = await pickFile({
    title: vscode.l10n.t('The folder of the new procedure'),
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Create Procedure'),
  });
  const files = procedureTemplate(procedure).map(({ path, content }) => ({
    file: vscode.Uri.joinPath(folder, path),
    content,
  }));
  for (const { file } of files) {
    if (existsSync(file.fsPath))
      throw new UserError(vscode.l10n.t('{0} already exists. Choose another folder.', file.fsPath));
  }
  for (const { file, content } of files) await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
  const [first] = files;
  if (first !== undefined) await vscode.window.showTextDocument(first.file);
}

interface Answers {
  readonly procedure: LinkedProcedure | undefined;
  readonly kind: ScriptKind | 'procedure';
}

async function askWhatFor(station: string | undefined, linked: readonly LinkedProcedure[]): Promise<Answers> {
  const procedures = linked.map((procedure) => ({ ...procedureItem(procedure), procedure }));
  const kinds = [
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
    {
      label: 'pytest',
      detail: vscode.l10n.t('Test functions and fixtures; measurements by a fixture of the editor'),
      script: 'pytest',
    },
    {
      label: 'Robot Framework',
      detail: vscode.l10n.t('Keywords as phases; measurements by a library of the editor'),
      script: 'robot',
    },
    {
      label: 'procedure.yaml',
      detail: vscode.l10n.t('Phases in Python, limits and prompts in YAML; run by TofuPilot’s command line program'),
      script: 'procedure',
    },
  ] as const;
  let [chosen] = procedures;
  let kind: Answers['kind'] = 'openhtf';
  const askProcedure: Question = async (step) => {
    chosen = await step.pick(procedures, vscode.l10n.t('The procedure that the script tests'));
  };
  const askKind: Question = async (step) => {
    ({ script: kind } = await step.pick(kinds, vscode.l10n.t('The kind of script')));
  };
  const title =
    station === undefined ? vscode.l10n.t('New test script') : vscode.l10n.t('New test script for {0}', station);
  await askInSteps(title, () => (procedures.length > 1 ? [askProcedure, askKind] : [askKind]));
  return { procedure: chosen?.procedure, kind };
}
