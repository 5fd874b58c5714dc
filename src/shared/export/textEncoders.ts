import { byteOrderMark, csvLine } from '../format/csv.ts';
import type { Cell, Column, Row, TableEncoder } from './table.ts';

const utf8 = new TextEncoder();

/** Encodes a table as CSV by RFC 4180, with the names of the columns in the first line and times in ISO 8601. */
export function csvEncoder(columns: readonly Column[]): TableEncoder {
  let head = byteOrderMark + csvLine(columns.map(({ name }) => name));
  const takeHead = (): string => {
    const text = head;
    head = '';
    return text;
  };
  return {
    encode: (rows) => utf8.encode(takeHead() + rows.map((row) => csvLine(readable(columns, row))).join('')),
    finish: () => utf8.encode(takeHead()),
  };
}

export function jsonEncoder(columns: readonly Column[]): TableEncoder {
  let separator = '[\n';
  const line = (row: Row): string => {
    const cells = readable(columns, row);
    const text = JSON.stringify(Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]])));
    const before = separator;
    separator = ',\n';
    return before + text;
  };
  return {
    encode: (rows) => utf8.encode(rows.map(line).join('')),
    finish: () => utf8.encode(separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}

const readable = (columns: readonly Column[], row: Row): Cell[] =>
  row.map((cell, index) =>
    columns[index]?.type === 'time' && typeof cell === 'number' ? new Date(cell).toISOString() : cell,
  );
