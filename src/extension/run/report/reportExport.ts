import type { Run } from '../../../shared/contract/runs.ts';
import { measurementsCsv } from '../../../shared/format/csv.ts';
import { safeFileName } from '../../../shared/format/fileNames.ts';
import { reportOf } from '../../../shared/run/report.ts';
import { saveAs } from '../../vscode/saveAs.ts';

/** Saves the whole run as JSON, or its measurements as CSV, where the user wants it. */
export function exportRun(run: Run, format: 'json' | 'csv'): Promise<void> {
  const started = run.started_at.slice(0, 19).replaceAll(':', '-');
  const name = safeFileName(`${run.unit.serial_number} ${run.procedure.name} ${started}.${format}`);
  const text =
    format === 'csv' ? measurementsCsv(reportOf(run)) : `${JSON.stringify(withoutAddresses(run), null, 2)}\n`;
  return saveAs(name, () => new TextEncoder().encode(text));
}

/** The addresses of attachments open them without a key for an hour: they do not go into a file that is passed on. */
const withoutAddresses = (run: Run): unknown => ({
  ...run,
  attachments: run.attachments.map((attachment) => ({ ...attachment, download_url: undefined })),
});
