import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import * as vscode from 'vscode';
import { runnerEnvironment } from '../../shared/contract/runner.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { saveScripts } from '../vscode/saveScripts.ts';
import { folderOf, pathInFolder } from '../vscode/scriptFile.ts';
import { openSetting, setting } from '../vscode/settings.ts';
import { UserError } from '../vscode/userError.ts';
import { passGoldenGate } from './goldenGate.ts';
import { requireDebugger } from './process/debuggedProcess.ts';
import { type Interpreter, interpreterFor } from './python/interpreter.ts';
import { ProcedureQuestion } from './questions/procedureQuestion.ts';
import { PartNumberQuestion, serialNumberAdvice } from './questions/unitQuestions.ts';
import type { RunDependencies } from './runDependencies.ts';
import type { RunSession, StationName } from './runSession.ts';

/** The station that a script runs as, with the questions whose answers hold for the run. */
export interface RunningStation {
  readonly access: StationAccess;
  readonly procedure: ProcedureQuestion;
  readonly partNumber: PartNumberQuestion;
}

interface LaunchSettings {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface PreparedRun {
  readonly interpreter: Interpreter;
  readonly launch: LaunchSettings;
  /** Undefined in a dry run. */
  readonly station: RunningStation | undefined;
}

/**
 * Finds everything that starting the script takes, and asks the user what has to be asked, before the run waits for its
 * station.
 * @throws UserError when something is missing, with the way to provide it
 * @throws vscode.CancellationError when the user cancels a question
 */
export async function prepareRun(dependencies: RunDependencies, run: RunSession): Promise<PreparedRun> {
  if (run.mode === 'debug') requireDebugger();
  const source = await saveAndRead(run.script);
  let station: RunningStation | undefined;
  if (run.mode !== 'dry') {
    const { connection, store } = dependencies;
    run.station ??= await ensureSelectedStation(store);
    const access = await requireAccess(connection, run.station);
    station = {
      access,
      procedure: new ProcedureQuestion(connection, store, access.station),
      partNumber: new PartNumberQuestion(connection, dependencies.partNumbers, run),
    };
    await askBeforeStart(dependencies, run, station, source);
  }
  const interpreter = await interpreterFor(run.script, dependencies.log);
  return { interpreter, launch: await launchSettings(run.script), station };
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
    [
      {
        label: vscode.l10n.t('Generate New Key'),
        run: () => vscode.commands.executeCommand('testStations.rotateKey', { id }),
      },
    ],
  );
}

async function saveAndRead(script: vscode.Uri): Promise<string> {
  await saveScripts();
  return (await vscode.workspace.openTextDocument(script)).getText();
}

/**
 * Asks for the procedure and the part number if the source already shows that a question will come. Questions that show
 * only at run time are asked by the runner before the first phase.
 */
async function askBeforeStart(
  { connection, store, log }: RunDependencies,
  run: RunSession,
  { access: { station }, procedure, partNumber }: RunningStation,
  source: string,
): Promise<void> {
  const { scanScript } = await import('../../shared/script/scriptScan.ts');
  const { procedureArguments, lacksPartNumber } = scanScript(source);
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

async function launchSettings(script: vscode.Uri): Promise<LaunchSettings> {
  const folder = folderOf(script);
  const workingFolder = setting('workingFolder', script);
  const envFile = setting('envFile', script);
  const asks = setting('serialNumber', script) === 'script' ? {} : { [runnerEnvironment.serialNumber]: 'ask' };
  return {
    args: setting('arguments', script),
    cwd: workingFolder === '' ? dirname(script.fsPath) : pathInFolder(workingFolder, folder),
    env: { ...(envFile === '' ? {} : await readEnvFile(pathInFolder(envFile, folder))), ...asks },
  };
}

async function readEnvFile(file: string): Promise<Record<string, string>> {
  try {
    const found = Object.entries(parseEnv(await readFile(file, 'utf8')));
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(vscode.l10n.t('The environment file {0} cannot be read: {1}.', file, reason), [
      { label: vscode.l10n.t('Open Setting'), run: () => openSetting('envFile') },
    ]);
  }
}
