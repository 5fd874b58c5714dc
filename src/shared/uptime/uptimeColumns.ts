import type { DayColumns, Durations, UptimeRow } from '../contract/uptime.ts';
import type { RowHead } from '../contract/uptimeView.ts';

const columnNames = ['up', 'down', 'maintenance', 'paused', 'unknown', 'incidents'] as const;

/** Packs the days of all rows into one block, ordered by row, column and day. */
export function packColumns(rows: readonly UptimeRow[], days: number): Int32Array<ArrayBuffer> {
  const block = new Int32Array(rows.length * columnNames.length * days);
  rows.forEach(({ columns }, row) =>
    columnNames.forEach((name, column) => block.set(columns[name], (row * columnNames.length + column) * days)),
  );
  return block;
}

export function unpackColumns(heads: readonly RowHead[], block: Int32Array, days: number): UptimeRow[] {
  return heads.map((head, row) => {
    const columns = columnsBy((name) => {
      const begin = (row * columnNames.length + columnNames.indexOf(name)) * days;
      return Array.from(block.subarray(begin, begin + days));
    });
    return { ...head, columns };
  });
}

export const withDay = (columns: DayColumns, index: number, day: Durations): DayColumns =>
  columnsBy((name) => columns[name].with(index, day[name]));

export const columnsBy = (column: (name: keyof DayColumns) => number[]): DayColumns => ({
  up: column('up'),
  down: column('down'),
  maintenance: column('maintenance'),
  paused: column('paused'),
  unknown: column('unknown'),
  incidents: column('incidents'),
});
