import * as vscode from 'vscode';
import * as z from 'zod';
import type { LinkedProcedure } from '../../../shared/contract/stations.ts';
import { procedureLabel } from '../../../shared/run/procedureChoice.ts';
import type { ProcedureMention, WrittenKey } from '../../../shared/script/scriptInfo.ts';
import type { ScriptProblem } from '../../../shared/script/scriptProblems.ts';
import { planLink } from '../../connection/procedureLinks.ts';
import type { Services } from '../../connection/services.ts';
import { diagnosticSource } from '../../vscode/scriptDiagnostics.ts';
import { rangeOf } from '../../vscode/scriptReader.ts';
import { type ScriptProblems, spanOf } from './scriptProblems.ts';

const linkArguments = z.tuple([z.string(), z.string()]);

export function scriptFixes(services: Services, problems: ScriptProblems): vscode.CodeActionProvider {
  services.commands.register('linkNamedProcedure', async (...args) => {
    const [station, scriptId] = linkArguments.parse(args);
    await (await planLink(services, station, scriptId))?.link();
  });
  return {
    provideCodeActions: async (document, range, { diagnostics: shown }) => {
      const ours = shown.filter((each) => each.source === diagnosticSource);
      if (ours.length === 0) return [];
      const actions: vscode.CodeAction[] = [];
      for (const problem of await problems.problems(document)) {
        const place = rangeOf(document, spanOf(problem));
        if (place.intersection(range) === undefined) continue;
        const diagnostics = ours.filter((each) => each.range.isEqual(place));
        for (const action of await fixesOf(services, document, problem)) {
          actions.push(Object.assign(action, { diagnostics }));
        }
      }
      return actions;
    },
  };
}

async function fixesOf(
  services: Services,
  document: vscode.TextDocument,
  problem: ScriptProblem,
): Promise<vscode.CodeAction[]> {
  if (problem.kind === 'writtenKey') return withoutKey(document, problem.key);
  if (problem.kind === 'needsId') return [useProcedure(document, problem.named, problem.procedure)];
  const { named, linked } = problem;
  const uses = linked.map((procedure) => useProcedure(document, named, procedure));
  const { selected } = services.store;
  if (selected === undefined) return uses;
  const plan = await planLink(services, selected.id, named.id).catch((error: unknown) => {
    services.log.warn(`cannot find out whether ${named.id} can be linked: ${String(error)}`); // the other fixes need no server
    return undefined;
  });
  if (plan === undefined || (named.takesOnlyId && plan.existing === undefined)) return uses;
  const title = plan.existing
    ? vscode.l10n.t('Link {0} to {1}', named.id, selected.name)
    : vscode.l10n.t('Create {0} and Link It to {1}', named.id, selected.name);
  const link = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  link.command = { command: 'testStations.linkNamedProcedure', title, arguments: [selected.id, named.id] };
  return [link, ...uses];
}

function useProcedure(
  document: vscode.TextDocument,
  { literal, takesOnlyId }: ProcedureMention,
  procedure: LinkedProcedure,
): vscode.CodeAction {
  const label = procedureLabel(procedure);
  const title = takesOnlyId ? vscode.l10n.t('Use the ID of {0}', label) : vscode.l10n.t('Use {0}', label);
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const id = takesOnlyId ? procedure.id : (procedure.identifier ?? procedure.id);
  const range = rangeOf(document, literal);
  const quote = document.getText(range).includes('"') ? '"' : "'";
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(document.uri, range, quote + id + quote);
  return action;
}

/** A key that is not an argument may be needed where it is, so no fix is offered for it. */
function withoutKey(document: vscode.TextDocument, { literal, argument }: WrittenKey): vscode.CodeAction[] {
  if (argument === null) return [];
  const action = new vscode.CodeAction(vscode.l10n.t('Remove API Key'), vscode.CodeActionKind.QuickFix);
  action.isPreferred = true;
  action.edit = new vscode.WorkspaceEdit();
  action.edit.delete(document.uri, rangeOf(document, argument));
  const isInside = argument.from <= literal.from && literal.to <= argument.to;
  if (!isInside) action.edit.replace(document.uri, rangeOf(document, literal), '""');
  return [action];
}
