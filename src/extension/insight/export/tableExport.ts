import * as vscode from 'vscode';
import { parquetEncoder } from '../../../shared/export/parquetEncoder.ts';
import type { Column, Table, TableEncoder } from '../../../shared/export/table.ts';
import { csvEncoder, jsonEncoder } from '../../../shared/export/textEncoders.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import { pickOne } from '../../vscode/pick.ts';
import { type FileFormat, saveExport, type WriteExport } from './saveExport.ts';

export interface TableFormat extends FileFormat {
  readonly encoder: (columns: readonly Column[]) => TableEncoder;
  readonly detail: string;
}

/** A table that can be exported. It is loaded when it has been chosen. */
export interface OfferedTable {
  readonly label: string;
  readonly name: string;
  readonly load: () => Table | Promise<Table>;
}

export const tableFormats = (): TableFormat[] => [
  { name: 'CSV', extension: 'csv', encoder: csvEncoder, detail: vscode.l10n.t('For spreadsheets') },
  { name: 'JSON', extension: 'json', encoder: jsonEncoder, detail: vscode.l10n.t('One object for each row') },
  {
    name: 'Parquet',
    extension: 'parquet',
    encoder: (columns) => parquetEncoder(columns),
    detail: vscode.l10n.t('For pandas, Polars, DuckDB and other tools: small, with the types of the columns'),
  },
];

export async function exportTable(title: string, tables: readonly OfferedTable[]): Promise<void> {
  const [only] = tables;
  const table = tables.length === 1 && only !== undefined ? only : await pickOne(tables, { title: oneLine(title) });
  const formats = tableFormats().map((format) => ({ ...format, label: format.name }));
  const format = await pickOne(formats, { title: vscode.l10n.t('Choose a format') });
  const day = new Date().toLocaleDateString('sv');
  await saveExport(`${table.name} ${day}`, format, async (file, report, token) => {
    await writeTable(await table.load(), format, file, report, token);
  });
}

export async function writeTable(
  { columns, batches }: Table,
  { encoder: createEncoder }: Pick<TableFormat, 'encoder'>,
  ...[file, report, token]: Parameters<WriteExport>
): Promise<void> {
  const encoder = createEncoder(columns);
  let count = 0;
  for await (const rows of batches) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    await file.write(encoder.encode(rows));
    count += rows.length;
    report(vscode.l10n.t('{0} rows', count.toLocaleString(vscode.env.language)));
  }
  await file.write(encoder.finish());
}
