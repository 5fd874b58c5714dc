import * as vscode from 'vscode';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { StationName, StationStore } from '../connection/stationStore.ts';
import { saveScripts } from '../vscode/saveScripts.ts';
import { scanDocument } from '../vscode/scriptReader.ts';
import { setting } from '../vscode/settings.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import { passGoldenGate } from './goldenGate.ts';
import type { PreparedTest } from './kinds/testKind.ts';
import { testKindOf } from './kinds/testKinds.ts';
import { requireDebugger } from './process/debuggedProcess.ts';
import { ProcedureQuestion } from './questions/procedureQuestion.ts';
import { PartNumberQuestion, serialNumberAdvice } from './questions/unitQuestions.ts';
import type { RunDependencies } from './runDependencies.ts';
import type { RunSession } from './runSession.ts';

export interface RunningStation {
  readonly access: StationAccess;
  readonly procedure: ProcedureQuestion;
  readonly partNumber: PartNumberQuestion;
}

/**
 * Asks for the serial number of a unit, which no other slot may have. Null: the user cancels.
 * @param own the script's own number, which is suggested
 */
export type AskUnit = (own: string | null) => Promise<string | null>;

export interface PreparedRun {
  readonly test: PreparedTest;
  readonly serialNumber: AskUnit;
  readonly station: RunningStation | undefined;
}

/**
 * Finds everything that starting the script takes, and asks the user what has to be asked, before the run waits for its
 * station.
 * @throws UserError when something is missing, with the way to provide it
 * @throws vscode.CancellationError when the user cancels a question
 */
export async function prepareRun(
  dependencies: RunDependencies,
  run: RunSession,
  askUnit: AskUnit,
): Promise<PreparedRun> {
  if (run.mode === 'debug') requireDebugger();
  await saveScripts();
  const document = await vscode.workspace.openTextDocument(run.script);
  let station: RunningStation | undefined;
  if (run.mode !== 'dry') {
    const { connection, store } = dependencies;
    run.station ??= await ensureSelectedStation(store);
    const access = await requireAccess(connection, run.station);
    station = {
      access,
      procedure: new ProcedureQuestion(dependencies, access.station),
      partNumber: new PartNumberQuestion(connection, dependencies.partNumbers, run),
    };
    await askBeforeStart(dependencies, run, station, document);
  }
  const test = await testKindOf(document).prepare(dependencies, run);
  return { test, station, serialNumber: await serialNumberSource(run, askUnit) };
}

/**
 * Returns first the serial number that came with the command, then those that the user enters. With several slots, the first is
 * asked for before the start, so that the questions come in the order of the slots.
 */
async function serialNumberSource({ script, slot, serialNumber }: RunSession, ask: AskUnit): Promise<AskUnit> {
  let first = serialNumber;
  if (first === undefined && slot.count > 1 && setting('serialNumber', script) !== 'script') {
    const answer = await ask(null);
    if (answer === null) throw new vscode.CancellationError();
    first = answer;
  }
  return async (own) => {
    const number = first ?? (await ask(own));
    first = undefined;
    return number;
  };
}

export async function ensureSelectedStation(store: StationStore): Promise<StationName> {
  if (store.selected === undefined) await store.refresh();
  if (store.selected === undefined) await vscode.commands.executeCommand('testStations.selectStation');
  if (store.selected === undefined) throw new vscode.CancellationError();
  return store.selected;
}

export async function requireAccess(connection: Connection, { id, name }: StationName): Promise<StationAccess> {
  const access = await connection.stationAccess(id);
  if (access !== undefined) return access;
  throw new UserError(
    vscode.l10n.t(
      'This machine has no key for {0} that works. Generate a new one to run scripts as this station.',
      name,
    ),
    [commandRemedy(vscode.l10n.t('Generate New Key'), 'rotateKey', { id })],
  );
}

/**
 * Asks for the procedure and the part number if the source already shows that a question will come. Questions that show
 * only at run time are asked by the runner before the first phase.
 */
async function askBeforeStart(
  { connection, store, log }: RunDependencies,
  run: RunSession,
  { access: { station }, procedure, partNumber }: RunningStation,
  document: vscode.TextDocument,
): Promise<void> {
  const { procedureArguments, lacksPartNumber } = await scanDocument(document);
  const names: string[] = [];
  for (const argument of procedureArguments) {
    if (argument.kind === 'computed') continue;
    const answer = await procedure.answer(argument.kind === 'named' ? argument.id : null);
    if (answer === null) throw new vscode.CancellationError();
    names.push(answer);
  }
  const advice = run.serialNumber === undefined ? undefined : serialNumberAdvice(run.serialNumber, run.script);
  if (advice !== undefined) throw new UserError(advice);
  const isFixed = setting('serialNumber', run.script) === 'fixed';
  const sample = await passGoldenGate({
    connection,
    store,
    log,
    station,
    procedures: names,
    serialNumber: run.serialNumber ?? (isFixed ? setting('fixedSerialNumber', run.script) || undefined : undefined),
    isOperated: run.serialNumber !== undefined || run.assistant !== undefined,
  });
  if (sample !== undefined) {
    run.serialNumber = sample.serialNumber;
    partNumber.set(sample.partNumber);
  }
  if (lacksPartNumber && (await partNumber.answer()) === null) throw new vscode.CancellationError();
}
