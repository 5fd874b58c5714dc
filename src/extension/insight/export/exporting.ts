import * as vscode from 'vscode';
import type { AuditEntry } from '../../../shared/contract/audit.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import type { Study } from '../../../shared/contract/studies.ts';
import { auditTable } from '../../../shared/export/auditTable.ts';
import { comparisonTable, type LoadRuns, runsTable } from '../../../shared/export/runTables.ts';
import { studyResultTable, studyRunsTable } from '../../../shared/export/studyTables.ts';
import { reportOf } from '../../../shared/run/report.ts';
import { exportTable } from './tableExport.ts';

/* The bundle that is loaded at the first export. It must not import zod, not even through the contract. */
export { exportRun } from './runExport.ts';
export { exportStatistics } from './statisticsExport.ts';

export function exportAuditLog(pages: AsyncIterable<readonly AuditEntry[]>): Promise<void> {
  const title = vscode.l10n.t('Export audit log');
  return exportTable(title, [
    { label: vscode.l10n.t('Audit log'), name: vscode.l10n.t('Audit log'), load: () => auditTable(pages) },
  ]);
}

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

export const exportStudy = (study: Study): Promise<void> =>
  exportTable(vscode.l10n.t('Export gauge study'), [
    {
      label: vscode.l10n.t('Runs of the study'),
      name: `${study.name} runs`,
      load: () => studyRunsTable(study),
    },
    {
      label: vscode.l10n.t('Result'),
      name: `${study.name} result`,
      load: () => studyResultTable(study),
    },
  ]);
