import * as vscode from 'vscode';
import * as z from 'zod';
import { type MeasurementSummary } from '../../shared/contract/analytics.ts';
import { chooseProcedure, hasIdOrIdentifier } from '../../shared/run/procedureChoice.ts';
import type { EditableMeasurement } from '../../shared/script/limitsEdit.ts';
import type { ProcedureArgument } from '../../shared/script/scriptInfo.ts';
import type { Connection } from '../connection/connection.ts';
import { listProcedures, procedureItem } from '../connection/procedureLinks.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { plainLabel } from '../vscode/messages.ts';
import { pickOne } from '../vscode/pick.ts';
import { fileKindOf } from '../vscode/scriptFile.ts';
import { scanDocument } from '../vscode/scriptReader.ts';
import { UserError } from '../vscode/userError.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { canDeclareLimits, loadLimitsEditor } from './limitsEditor.ts';

export interface LimitsSubject {
  readonly document: vscode.TextDocument;
  readonly procedureId: string;
  readonly phaseName: string;
  readonly measurementName: string;
  readonly units: string | null;
}

const argumentSchema = z.object({
  procedureId: z.string().optional(),
  phaseName: z.string().optional(),
  measurementName: z.string(),
});

export async function askLimitsSubject(
  connection: Connection,
  store: StationStore,
  source: AnalyticsSource,
  argument: unknown,
): Promise<LimitsSubject> {
  const given = argumentSchema.safeParse(argument).data;
  const { document, declared } = await findDeclaration(given?.measurementName);
  const procedureId = given?.procedureId ?? (await procedureOf(document, connection, store));
  const name = given?.measurementName ?? declared.name;
  const phases = given?.phaseName === undefined ? declared.phases : [given.phaseName];
  const { measurements } = await source.measurements(procedureId);
  const found = measurements.filter(
    ({ measurement_name, phase_name }) =>
      measurement_name === name && (phases.length === 0 || phases.includes(phase_name)),
  );
  const { phase_name: phaseName, units } = await pickPhase(found, name);
  return { document, procedureId, phaseName, measurementName: name, units };
}

async function findDeclaration(
  name: string | undefined,
): Promise<{ document: vscode.TextDocument; declared: EditableMeasurement }> {
  const active = vscode.window.activeTextEditor;
  const editors = [...(active ? [active] : []), ...vscode.window.visibleTextEditors];
  for (const editor of editors.filter(({ document }) => canDeclareLimits(document))) {
    const { document } = editor;
    const { editableMeasurements } = await loadLimitsEditor(document);
    const all = editableMeasurements(document.getText());
    const named = name === undefined ? all : all.filter((each) => each.name === name);
    const [first] = named;
    if (first === undefined) continue;
    const offset = document.offsetAt(editor.selection.active);
    const under =
      named.find(({ from, to }) => from <= offset && offset <= to) ??
      named.find(({ line }) => line === editor.selection.active.line + 1);
    return { document, declared: under ?? (name === undefined ? await pickDeclared(all) : first) };
  }
  throw new UserError(
    name === undefined
      ? vscode.l10n.t('Open the script that declares the measurement first.')
      : vscode.l10n.t('Open the script that declares {0} first.', name),
  );
}

async function pickDeclared(all: readonly EditableMeasurement[]): Promise<EditableMeasurement> {
  const items = all.map((declared) => ({
    label: plainLabel(declared.name),
    description: plainLabel(declared.phases[0] ?? ''),
    declared,
  }));
  const title = vscode.l10n.t('Set the limits of a measurement');
  return (await pickOne(items, { title, matchOnDescription: true })).declared;
}

async function procedureOf(
  document: vscode.TextDocument,
  connection: Connection,
  store: StationStore,
): Promise<string> {
  const named = fileKindOf(document) === undefined ? undefined : await procedureArgument(document);
  const all = await listProcedures(connection);
  if (named?.kind === 'named') {
    const procedure = all.find((each) => hasIdOrIdentifier(each, named.id));
    if (procedure !== undefined) return procedure.id;
  } else {
    const linked = (store.selected && store.station(store.selected.id)?.procedures) ?? [];
    const choice = chooseProcedure(null, linked);
    if ('decided' in choice) return choice.decided.id;
  }
  if (all.length === 0) throw new UserError(vscode.l10n.t('There is no procedure yet. Run the script first.'));
  const title = vscode.l10n.t('The procedure whose runs are used');
  return (await pickOne(all.map(procedureItem), { title, matchOnDescription: true })).id;
}

async function procedureArgument(document: vscode.TextDocument): Promise<ProcedureArgument | undefined> {
  const { procedureArguments } = await scanDocument(document);
  return procedureArguments.find(({ kind }) => kind === 'named');
}

async function pickPhase(found: readonly MeasurementSummary[], name: string): Promise<MeasurementSummary> {
  const [first, ...others] = found;
  if (first === undefined) {
    throw new UserError(vscode.l10n.t('No run has a value of {0} yet. Run the script first.', name));
  }
  if (others.length === 0) return first;
  const items = found.map((summary) => ({
    label: plainLabel(summary.phase_name),
    description: vscode.l10n.t('{0} values', summary.count.toLocaleString(vscode.env.language)),
    summary,
  }));
  return (await pickOne(items, { title: vscode.l10n.t('The phase that measures {0}', name), matchOnDescription: true }))
    .summary;
}
