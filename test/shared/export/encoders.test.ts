import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, it } from 'mocha';
import { parquetEncoder } from '../../../src/shared/export/parquetEncoder.ts';
import type { Cell, Column, Row, TableEncoder } from '../../../src/shared/export/table.ts';
import { csvEncoder, jsonEncoder } from '../../../src/shared/export/textEncoders.ts';
import { seed, withSeed } from '../statistics/support.ts';
import { randomTable } from './randomTables.ts';

const encode = (encoder: TableEncoder, batches: readonly (readonly Row[])[]): Uint8Array<ArrayBuffer> => {
  const parts = batches.map((rows) => encoder.encode(rows));
  return new Uint8Array(Buffer.concat([...parts, encoder.finish()]));
};

const readParquet = (bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) });

const iso = (column: Column | undefined, cell: Cell): Cell =>
  column?.type === 'time' && typeof cell === 'number' ? new Date(cell).toISOString() : cell;

const objects = (columns: readonly Column[], rows: readonly Row[], cell: (column: Column, value: Cell) => unknown) =>
  rows.map((row) => Object.fromEntries(columns.map((column, at) => [column.name, cell(column, row[at] ?? null)])));

/** What a spreadsheet could read as a formula, written independently of the code. */
const isDangerous = (text: string): boolean =>
  ['\0', '\t', '\r', '\n'].includes(text.charAt(0)) ||
  '=+-@|%＝＋－＠｜％'.includes(text.replace(/^(?:\s|\p{Cc})+/u, '').charAt(0) || 'empty');

/** Takes the apostrophe off that protects from formulas. */
const unprotected = (text: string): string =>
  text.startsWith("'") && isDangerous(text.replace(/^'+/, '')) ? text.slice(1) : text;

describe(`an exported table (${withSeed})`, () => {
  it('survives CSV, read by another parser, and no text of it is a formula', () => {
    fc.assert(
      fc.property(randomTable, ({ columns, batches }) => {
        const text = new TextDecoder().decode(encode(csvEncoder(columns), batches));
        const [head, ...lines]: string[][] = parse(text, {
          bom: true,
          relax_column_count: false,
          record_delimiter: '\r\n',
        });
        assert.deepEqual(
          head,
          columns.map(({ name }) => name),
        );
        const read = lines.map((line) =>
          line.map((field, at) => (columns[at]?.type === 'text' ? unprotected(field) : field)),
        );
        const expected = batches.flat().map((row) => row.map((cell, at) => String(iso(columns[at], cell) ?? '')));
        assert.deepEqual(read, expected);
        for (const line of lines) {
          line.forEach((field, at) => assert.ok(columns[at]?.type !== 'text' || !isDangerous(field), field));
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(randomTable, ({ columns, batches }) => {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(encode(jsonEncoder(columns), batches));
        assert.deepEqual(JSON.parse(text), objects(columns, batches.flat(), iso));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('survives Parquet with its types, in row groups', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable, fc.integer({ min: 1, max: 5 }), async ({ columns, batches }, groupSize) => {
        const bytes = encode(parquetEncoder(columns, groupSize), batches);
        const expected = objects(columns, batches.flat(), ({ type }, cell) => {
          // This reader drops a byte order mark at the beginning of a text.
          if (typeof cell === 'string') return cell.replace(/^\uFEFF/, '');
          if (typeof cell !== 'number') return cell;
          return type === 'time' ? new Date(cell) : type === 'integer' ? BigInt(cell) : cell;
        });
        assert.deepEqual(await readParquet(bytes), expected);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('without rows is a file with the columns', async () => {
    const columns: Column[] = [
      { name: 'name', type: 'text' },
      { name: 'value', type: 'number' },
    ];
    assert.equal(new TextDecoder().decode(encode(csvEncoder(columns), [])), 'name,value\r\n');
    assert.equal(new TextDecoder().decode(encode(jsonEncoder(columns), [])), '[]\n');
    const bytes = encode(parquetEncoder(columns), []);
    assert.deepEqual(await readParquet(bytes), []);
    assert.deepEqual(
      parquetMetadata(bytes.buffer).schema.map(({ name }) => name),
      ['root', 'name', 'value'],
    );
  });
});
