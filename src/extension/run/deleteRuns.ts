import * as vscode from 'vscode';
import * as z from 'zod';
import { runs } from '../../shared/contract/runs.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { confirm, showDone } from '../vscode/messages.ts';

const runRow = z.object({
  run: z.object({
    id: z.string(),
    outcome: z.string(),
    started_at: z.string(),
    unit: z.object({ serial_number: z.string() }),
    procedure: z.object({ name: z.string() }),
  }),
});

type RunRow = z.infer<typeof runRow>['run'];

/** Their ids have to fit into the address of a request. */
const deletedAtOnce = 100;
const listedAtMost = 10;

/**
 * Deletes runs from the server in use, after a question.
 * @param row of the Runs view @param selected all rows that are selected, if it is among several
 */
export async function deleteRuns(connection: Connection, row: unknown, selected: unknown): Promise<void> {
  const rows: readonly unknown[] = Array.isArray(selected) && selected.length > 1 ? selected : [row];
  const chosen = rows.flatMap((each) => runRow.safeParse(each).data?.run ?? []);
  const [only, ...others] = chosen;
  if (only === undefined) return;
  const message =
    others.length === 0
      ? vscode.l10n.t('Delete the run of {0}?', oneLine(only.unit.serial_number))
      : vscode.l10n.t('Delete {0} runs?', chosen.length);
  const left = chosen.length - listedAtMost;
  const detail = [
    ...chosen.slice(0, listedAtMost).map(describe),
    ...(left > 0 ? [vscode.l10n.t('and {0} more', left)] : []),
    '',
    vscode.l10n.t(
      'Measurements, logs and attachments are deleted too, and statistics no longer count the result. This cannot be undone.',
    ),
  ];
  if (!(await confirm({ message, detail: detail.join('\n'), button: vscode.l10n.t('Delete') }))) return;
  const ids = chosen.map(({ id }) => id);
  for (let done = 0; done < ids.length; done += deletedAtOnce) {
    await connection.call(runs.delete, { query: { ids: ids.slice(done, done + deletedAtOnce) } });
  }
  showDone(
    others.length === 0
      ? vscode.l10n.t('Deleted the run of {0}', oneLine(only.unit.serial_number))
      : vscode.l10n.t('Deleted {0} runs', chosen.length),
  );
}

const describe = ({ unit, outcome, procedure, started_at }: RunRow): string =>
  [
    oneLine(unit.serial_number),
    outcome,
    oneLine(procedure.name),
    new Date(started_at).toLocaleString(vscode.env.language),
  ].join(' · ');
