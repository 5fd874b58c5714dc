import * as vscode from 'vscode';
import { name60 } from '../../shared/contract/common.ts';
import { procedureIdentifier, type ProcedureListItem } from '../../shared/contract/procedures.ts';
import type { LinkedProcedure } from '../../shared/contract/stations.ts';
import type { Connection } from '../connection/connection.ts';
import { pickProcedure, type ProcedureItem, procedureItem } from '../connection/procedureLinks.ts';
import type { StationItem } from '../connection/stationSource.ts';
import { pickOne } from '../vscode/pick.ts';
import { askInSteps, askOne, type Question, type Step } from '../vscode/steps.ts';
import { UserError } from '../vscode/userError.ts';
import type { StationChoice } from './stationChoice.ts';

export interface PickedProcedure {
  readonly id: string;
  readonly label: string;
}

export async function chosenProcedure(
  connection: Connection,
  choice: StationChoice,
  argument: unknown,
  title: string,
): Promise<ProcedureItem> {
  const node = choice.node(argument);
  if (node?.kind === 'procedure') return procedureItem(node.procedure);
  if (node?.kind === 'golden') return procedureItem(node.check.procedure);
  return pickProcedure(connection, title);
}

/** @returns undefined when the user wants to create a procedure, or there is none to choose */
export async function pickUnlinked(
  station: StationItem,
  all: readonly ProcedureListItem[],
): Promise<readonly PickedProcedure[] | undefined> {
  const linked = new Set(station.procedures.map(({ id }) => id));
  const items = all.filter(({ id }) => !linked.has(id)).map(procedureItem);
  if (items.length === 0) return undefined;
  const box = vscode.window.createQuickPick<ProcedureItem>();
  box.placeholder = vscode.l10n.t('Procedures whose runs the station may push');
  box.items = items;
  box.buttons = [{ iconPath: new vscode.ThemeIcon('add'), tooltip: vscode.l10n.t('Create procedure…') }];
  box.canSelectMany = true;
  box.matchOnDescription = true;
  return askOne(vscode.l10n.t('Link procedures to {0}', station.name), (step) =>
    step.show<readonly PickedProcedure[] | undefined>(box, (done) => {
      box.onDidTriggerButton(() => done(undefined));
      // Enter without a check mark picks the active line.
      box.onDidAccept(() => done(box.selectedItems.length > 0 ? box.selectedItems : box.activeItems.slice(0, 1)));
    }),
  );
}

export async function pickLinked(station: StationItem): Promise<LinkedProcedure> {
  if (station.procedures.length === 0) {
    throw new UserError(vscode.l10n.t('{0} has no linked procedure.', station.name));
  }
  const title = vscode.l10n.t('Unlink procedure from {0}', station.name);
  return pickOne(station.procedures.map(procedureItem), { title });
}

export async function askProcedure(withIdentifier: boolean): Promise<{ name: string; identifier?: string }> {
  let name = '';
  let identifier: string | null | undefined;
  const askForName: Question = async (step) => {
    name = await askName(step, '');
  };
  const askForIdentifier: Question = async (step) => {
    const suggestion = procedureIdentifier.safeParse(name);
    identifier = await askIdentifier(step, suggestion.success ? suggestion.data : '');
  };
  await askInSteps(vscode.l10n.t('Create procedure'), () =>
    withIdentifier ? [askForName, askForIdentifier] : [askForName],
  );
  return { name, ...(typeof identifier === 'string' ? { identifier } : {}) };
}

export function askName(step: Step, value: string): Promise<string> {
  return step.text({
    value,
    prompt: vscode.l10n.t('Procedure name (1–60 characters), such as “Functional verification”'),
    validate: (text) => name60.safeParse(text).error?.issues[0]?.message,
  });
}

export async function askIdentifier(step: Step, value: string): Promise<string | null> {
  const identifier = await step.text({
    value,
    prompt: vscode.l10n.t('The short name that scripts give as procedure_id, such as FVT1. Leave it empty for none.'),
    validate: (text) =>
      text.trim() === '' ? undefined : procedureIdentifier.safeParse(text).error?.issues[0]?.message,
  });
  return identifier || null;
}
