import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { junitXml } from '../../../shared/export/runJunit.ts';
import { measurementsOfRun } from '../../../shared/export/runTables.ts';
import { reportOf } from '../../../shared/run/report.ts';
import type { ExportableRun } from './exportableRun.ts';
import { reportFile } from './reportFile.ts';
import { type FileFormat, saveExport, type WriteExport } from './saveExport.ts';
import { pick, tableFormats, writeTable } from './tableExport.ts';

interface RunFormat extends FileFormat, vscode.QuickPickItem {
  readonly write: WriteExport;
}

const utf8 = new TextEncoder();

/** Asks for the format of a run and exports it. @throws vscode.CancellationError */
export async function exportRun(exported: ExportableRun): Promise<void> {
  const { run } = exported;
  const serialNumber = run.unit.serial_number;
  const format = await pick(vscode.l10n.t('Export run of {0}', serialNumber), formatsOf(exported));
  const started = run.started_at.slice(0, 19).replaceAll(':', '-');
  await saveExport(`${serialNumber} ${run.procedure.name} ${started}`, format, format.write);
}

function formatsOf(exported: ExportableRun): RunFormat[] {
  const { run } = exported;
  const tables = tableFormats()
    .filter(({ extension }) => extension !== 'json')
    .map((format): RunFormat => ({
      ...format,
      label: vscode.l10n.t('Measurements as {0}', format.name),
      write: (...to) => writeTable(measurementsOfRun(reportOf(run)), format, ...to),
    }));
  return [
    {
      name: 'HTML',
      extension: 'html',
      label: vscode.l10n.t('Report as HTML'),
      detail: vscode.l10n.t('One file with everything. To get a PDF, print it in a browser.'),
      write: async (file, ...progress) => file.write(utf8.encode(await reportFile(exported, ...progress))),
    },
    {
      name: 'JUnit XML',
      extension: 'xml',
      label: vscode.l10n.t('JUnit XML'),
      detail: vscode.l10n.t('For CI servers'),
      write: (file) => file.write(utf8.encode(junitXml(reportOf(run)))),
    },
    ...tables,
    {
      name: 'JSON',
      extension: 'json',
      label: vscode.l10n.t('Whole run as JSON'),
      detail: vscode.l10n.t('As the server has it, with the points of curves'),
      write: (file) => file.write(utf8.encode(`${JSON.stringify(withoutAddresses(run), null, 2)}\n`)),
    },
  ];
}

/** The addresses of attachments open them without a key for an hour, so they must not be in a file that is passed on. */
const withoutAddresses = (run: Run): unknown => ({
  ...run,
  attachments: run.attachments.map((attachment) => ({ ...attachment, download_url: undefined })),
});
