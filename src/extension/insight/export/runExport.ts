import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { junitXml } from '../../../shared/export/runJunit.ts';
import { measurementsOfRun } from '../../../shared/export/runTables.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { reportOf } from '../../../shared/run/report.ts';
import { pickOne } from '../../vscode/pick.ts';
import type { Remedy } from '../../vscode/userError.ts';
import type { ExportableRun } from './exportableRun.ts';
import { installedBrowser, pdfReport } from './pdfReport.ts';
import { reportFile } from './reportFile.ts';
import { type FileFormat, saveExport, type WriteExport } from './saveExport.ts';
import { tableFormats, writeTable } from './tableExport.ts';

interface RunFormat extends FileFormat, vscode.QuickPickItem {
  /** Throws, before a file is asked for, if the format cannot be written. */
  readonly check?: () => Promise<void>;
  readonly write: WriteExport;
}

const utf8 = new TextEncoder();

export async function exportRun(exported: ExportableRun): Promise<void> {
  const title = oneLine(vscode.l10n.t('Export run of {0}', exported.run.unit.serial_number));
  await save(exported, await pickOne(formatsOf(exported), { title }));
}

async function save({ run }: ExportableRun, format: RunFormat): Promise<void> {
  const serialNumber = run.unit.serial_number;
  await format.check?.();
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
  const html = htmlFormat(exported);
  const exportHtml: Remedy = { label: vscode.l10n.t('Export as HTML'), run: () => save(exported, html) };
  return [
    html,
    pdfFormat(exported, exportHtml),
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

const htmlFormat = (exported: ExportableRun): RunFormat => ({
  name: 'HTML',
  extension: 'html',
  label: vscode.l10n.t('Report as HTML'),
  detail: vscode.l10n.t('One file with everything'),
  write: async (file, ...progress) => file.write(utf8.encode(await reportFile(exported, ...progress))),
});

const pdfFormat = (exported: ExportableRun, exportHtml: Remedy): RunFormat => ({
  name: 'PDF',
  extension: 'pdf',
  label: vscode.l10n.t('Report as PDF'),
  detail: vscode.l10n.t('Printed by an installed Chrome, Edge or Chromium'),
  check: async () => {
    await installedBrowser(exportHtml);
  },
  write: async (file, ...progress) => file.write(await pdfReport(exported, exportHtml, ...progress)),
});

/** The addresses of attachments open them without a key for an hour, so they must not be in a file that is passed on. */
const withoutAddresses = (run: Run): unknown => ({
  ...run,
  attachments: run.attachments.map((attachment) => ({ ...attachment, download_url: undefined })),
});
