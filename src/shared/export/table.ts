/** `time`: milliseconds since 1970. */
export type CellType = 'text' | 'number' | 'integer' | 'boolean' | 'time';

export interface Column {
  /** Names the unit where all cells have the same one, such as `duration_s`. */
  readonly name: string;
  readonly type: CellType;
}

export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

/** A table to export. Its rows come in batches, so that a long one is never in memory as a whole. */
export interface Table {
  readonly columns: readonly Column[];
  readonly batches: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>;
}

/** Encodes a table as a file, batch by batch. The parts that it returns, one after the other, are the file. */
export interface TableEncoder {
  encode(rows: readonly Row[]): Uint8Array;
  finish(): Uint8Array;
}

export type ColumnsOf<T> = readonly (readonly [name: string, type: CellType, cell: (item: T) => Cell | undefined])[];

export const fields = <Name extends string>(
  type: CellType,
  ...names: readonly Name[]
): ColumnsOf<Partial<Readonly<Record<Name, Cell | undefined>>>> =>
  names.map((name) => [name, type, (item) => item[name]]);

export const columnsOf = <T>(columns: ColumnsOf<T>): Column[] => columns.map(([name, type]) => ({ name, type }));

export const rowOf = <T>(columns: ColumnsOf<T>, item: T): Row => columns.map(([, , cell]) => cell(item) ?? null);

export const tableOf = <T>(columns: ColumnsOf<T>, items: readonly T[]): Table => ({
  columns: columnsOf(columns),
  batches: [items.map((item) => rowOf(columns, item))],
});

/** Splits a value of any kind into the cells `value` and `value_text`: a column of a Parquet file has one type. */
export function valueCells(value: unknown): { number: number | null; text: string | null } {
  if (value === undefined || value === null) return { number: null, text: null };
  if (typeof value === 'number') return { number: value, text: null };
  return { number: null, text: typeof value === 'string' ? value : JSON.stringify(value) };
}
