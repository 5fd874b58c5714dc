import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Cell, CellType, Column, Row, TableEncoder } from './table.ts';

const elements: Record<CellType, Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

/** Readers skip groups of rows by their statistics, and load a group as a whole. */
const rowsPerGroup = 20_000;

export function parquetEncoder(columns: readonly Column[], groupSize = rowsPerGroup): TableEncoder {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ name, ...elements[type], repetition_type: 'OPTIONAL' as const })),
    ],
    createdBy: 'Test Stations',
  });
  let waiting: Row[] = [];
  const writeGroup = (): void => {
    if (waiting.length === 0) return;
    const columnData = columns.map(({ name, type }, index) => ({
      name,
      data: waiting.map((row) => stored(type, row[index] ?? null)),
    }));
    void parquet.write({ columnData, rowGroupSize: waiting.length });
    waiting = [];
  };
  const takeBytes = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    encode: (rows) => {
      waiting = waiting.length === 0 ? [...rows] : waiting.concat(rows);
      if (waiting.length >= groupSize) writeGroup();
      return takeBytes();
    },
    finish: () => {
      writeGroup();
      void parquet.finish();
      return takeBytes();
    },
  };
}

const stored = (type: CellType, cell: Cell): Cell | bigint =>
  typeof cell === 'number' && (type === 'integer' || type === 'time') ? BigInt(cell) : cell;
