import * as vscode from 'vscode';
import { type Run, type RunListItem, runs } from '../../shared/contract/runs.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { outcomeIcon } from '../vscode/outcomeIcons.ts';
import { pickOne } from '../vscode/pick.ts';
import { shortTime } from '../vscode/shortTime.ts';
import { pickRun } from './findUnit.ts';

export async function askOtherRun(connection: Connection, id: string): Promise<string> {
  const run = await connection.call(runs.get, { params: { id } });
  const title = vscode.l10n.t('Compare {0} with', oneLine(run.unit.serial_number));
  const [passed, before] = await Promise.all([lastPassed(connection, run), runBefore(connection, run)]);
  const proposals = [
    ...(passed === undefined ? [] : [proposal(vscode.l10n.t('The last PASS of the procedure'), passed)]),
    ...(before === undefined ? [] : [proposal(vscode.l10n.t('The previous run of this unit'), before)]),
  ];
  if (proposals.length === 0) return pickRun(connection, title, id);
  const search = {
    label: vscode.l10n.t('Another run…'),
    iconPath: new vscode.ThemeIcon('search'),
    run: undefined,
  };
  const { run: picked } = await pickOne<vscode.QuickPickItem & { run: string | undefined }>([...proposals, search], {
    title,
  });
  return picked ?? pickRun(connection, title, id);
}

function proposal(label: string, { id, outcome, unit, started_at, procedure }: RunListItem) {
  const parts = [oneLine(unit.serial_number), outcome, shortTime(new Date(started_at)), oneLine(procedure.name)];
  return { label, description: withoutIcons(parts.join(' · ')), iconPath: outcomeIcon(outcome), run: id };
}

async function lastPassed(connection: Connection, { id, procedure }: Run): Promise<RunListItem | undefined> {
  const query = { procedure_ids: [procedure.id], outcomes: ['PASS' as const], limit: 2 };
  const { data } = await connection.call(runs.list, { query });
  return data.find((run) => run.id !== id);
}

async function runBefore(connection: Connection, { id, unit, started_at }: Run): Promise<RunListItem | undefined> {
  const query = { serial_numbers: [unit.serial_number], started_before: started_at, limit: 2 };
  const { data } = await connection.call(runs.list, { query });
  return data.find((run) => run.id !== id);
}
