import type { AuditEntry } from '../contract/audit.ts';
import { type ColumnsOf, columnsOf, fields, rowOf, type Table } from './table.ts';

const columns: ColumnsOf<AuditEntry> = [
  ['at', 'time', ({ at }) => Date.parse(at)],
  ['user_name', 'text', (entry) => entry.user_name],
  ['user_id', 'text', (entry) => entry.user_id],
  ...fields('text', 'operation', 'outcome'),
  ['target_id', 'text', (entry) => entry.target_id],
  ['input', 'text', ({ input }) => input],
];

export function auditTable(pages: AsyncIterable<readonly AuditEntry[]>): Table {
  async function* batches() {
    for await (const page of pages) yield page.map((entry) => rowOf(columns, entry));
  }
  return { columns: columnsOf(columns), batches: batches() };
}
