import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Connection, StationAccess } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { UserError } from '../vscode/userError.ts';
import type { StationName } from './runSession.ts';
import type { RunningStation } from './scriptRunner.ts';

/** The selected station; the user is asked when there is none. @throws vscode.CancellationError without an answer */
export async function selectedStation(store: StationStore): Promise<StationName> {
  if (store.selected === undefined) await store.refresh();
  if (store.selected === undefined) await vscode.commands.executeCommand('testStations.selectStation');
  if (store.selected === undefined) throw new vscode.CancellationError();
  return store.selected;
}

/** @throws UserError without a key that works, with the way to get one */
export async function accessOf(connection: Connection, { id, name }: StationName): Promise<StationAccess> {
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

/** The text that will run. Unsaved changes of Python files are saved first: the script may import them. */
export async function savedSource(script: vscode.Uri): Promise<string> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || document.isUntitled || document.languageId !== 'python') continue;
    if (await document.save()) continue;
    throw new UserError(vscode.l10n.t('{0} could not be saved, so nothing was run.', basename(document.fileName)));
  }
  return (await vscode.workspace.openTextDocument(script)).getText();
}

/**
 * Asks for the procedure and the part number where the source already shows that a question will come, so that nothing
 * has started when the user cancels. What only running shows is asked by the runner before the first phase.
 */
export async function askBeforeStart({ procedure, partNumber }: RunningStation, source: string): Promise<void> {
  const { scanScript } = await import('../../shared/script/scriptScan.ts');
  const { procedureArguments, lacksPartNumber } = scanScript(source);
  for (const argument of procedureArguments) {
    if (argument.kind === 'computed') continue;
    const answer = await procedure.answer(argument.kind === 'named' ? argument.id : null);
    if (answer === null) throw new vscode.CancellationError();
  }
  if (lacksPartNumber && (await partNumber.answer()) === null) throw new vscode.CancellationError();
}
