import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { comparisonTable, type LoadRuns, runsTable } from '../../../shared/export/runTables.ts';
import { reportOf } from '../../../shared/run/report.ts';
import { exportTable } from './tableExport.ts';

export async function exportRunList(title: string, name: string, load: LoadRuns): Promise<void> {
  await exportTable(title, [{ label: vscode.l10n.t('Runs'), name, load: () => runsTable(load) }]);
}

/** Exports the measurements of two runs side by side, the older one first. */
export async function exportComparison(one: Run, other: Run): Promise<void> {
  const [older, newer] = Date.parse(one.started_at) <= Date.parse(other.started_at) ? [one, other] : [other, one];
  const names = [...new Set([older.unit.serial_number, newer.unit.serial_number])];
  await exportTable(vscode.l10n.t('Export comparison'), [
    {
      label: vscode.l10n.t('Measurements of both runs'),
      name: `${names.join(' ')} comparison`,
      load: () => comparisonTable(reportOf(older), reportOf(newer)),
    },
  ]);
}
