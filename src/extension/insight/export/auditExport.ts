import * as vscode from 'vscode';
import type { AuditEntry } from '../../../shared/contract/audit.ts';
import { auditTable } from '../../../shared/export/auditTable.ts';
import { exportTable } from './tableExport.ts';

export function exportAuditLog(pages: AsyncIterable<readonly AuditEntry[]>): Promise<void> {
  const title = vscode.l10n.t('Export audit log');
  return exportTable(title, [
    { label: vscode.l10n.t('Audit log'), name: vscode.l10n.t('Audit log'), load: () => auditTable(pages) },
  ]);
}
