import { basename } from 'node:path';
import * as vscode from 'vscode';
import { operator } from '../../shared/contract/operator.ts';
import { mentionsOpenHtf } from '../../shared/script/scriptHints.ts';
import { procedureFiles } from '../../shared/script/testFiles.ts';
import type { Connection } from '../connection/connection.ts';
import type { SelectedStation } from '../connection/stationStore.ts';
import { fileKindOf } from '../vscode/scriptFile.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';
import type { StationScripts } from './stationScripts.ts';

/**
 * Checks that the station has an Operator UI, which is for OpenHTF tests and procedures only.
 * @throws UserError with the reason and the remedy when it has none
 */
export async function requireOperatorUi(
  connection: Connection,
  scripts: StationScripts,
  { id, name }: SelectedStation,
): Promise<void> {
  if (!(await connection.can('operator'))) {
    throw new UserError(
      vscode.l10n.t('{0} shows the Operator UI of its stations on its own pages, not here.', connection.serverName),
      [commandRemedy(vscode.l10n.t('Open Dashboard'), 'openDashboard')],
    );
  }
  const script = scripts.get(id);
  const setScript = commandRemedy(vscode.l10n.t('Set Station Script…'), 'setStationScript', { id });
  if (script !== undefined) {
    if (await isLive(script)) return;
    throw new UserError(
      vscode.l10n.t(
        'The script of {0}, {1}, does not use OpenHTF, and the Operator UI is for OpenHTF tests only. Its result is in the Runs view.',
        name,
        basename(script.fsPath),
      ),
      [setScript],
    );
  }
  const { test } = await connection.call(operator.state, { params: { id } });
  if (test?.kind !== 'vanilla' || test.status !== 'completed') return;
  throw new UserError(
    vscode.l10n.t(
      'The last test on {0} did not use OpenHTF, and the Operator UI is for OpenHTF tests only. Its result is in the Runs view.',
      name,
    ),
    [setScript],
  );
}

/** Returns true for a script that cannot be read: starting it reports the actual problem. */
async function isLive(script: vscode.Uri): Promise<boolean> {
  try {
    const document = await vscode.workspace.openTextDocument(script);
    return fileKindOf(document) === procedureFiles || mentionsOpenHtf(document.getText());
  } catch {
    return true;
  }
}
