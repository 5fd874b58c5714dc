import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { LinkedProcedure } from '../../../shared/contract/stations.ts';
import { withoutIcons } from '../../../shared/format/markdown.ts';
import { nameBesideLabel, procedureLabel } from '../../../shared/run/procedureChoice.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import { askInSteps, type Question } from '../../vscode/steps.ts';
import { scriptFileName, type ScriptKind, scriptTemplate } from './scriptTemplates.ts';

export async function newScript(store: StationStore): Promise<void> {
  await store.refresh();
  const station = store.stations?.find(({ id }) => id === store.selected?.id);
  const { procedure, kind } = await askWhatFor(station?.name, station?.procedures ?? []);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('New test script'),
    defaultUri: vscode.Uri.joinPath(folder, scriptFileName(procedure)),
    filters: { Python: ['py'] },
  });
  if (file === undefined) throw new vscode.CancellationError();
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(scriptTemplate(kind, procedure)));
  await vscode.window.showTextDocument(file);
}

interface Answers {
  readonly procedure: LinkedProcedure | undefined;
  readonly kind: ScriptKind;
}

async function askWhatFor(station: string | undefined, linked: readonly LinkedProcedure[]): Promise<Answers> {
  const procedures = linked.map((procedure) => ({
    label: withoutIcons(procedureLabel(procedure)),
    description: withoutIcons(nameBesideLabel(procedure)),
    procedure,
  }));
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
  ] as const;
  let [chosen] = procedures;
  let kind: ScriptKind = 'openhtf';
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
