import type { DayColumns, Durations, UptimeRow } from '../contract/uptime.ts';
import type { RowHead } from '../contract/uptimeView.ts';

const columnNames = ['up', 'down', 'maintenance', 'paused', 'unknown', 'incidents'] as const;

/** Packs the days of all rows into one block: row by row, of each its columns, of each a number a day. */
export function packColumns(rows: readonly UptimeRow[], days: number): Int32Array<ArrayBuffer> {
  const block = new Int32Array(rows.length * columnNames.length * days);
  rows.forEach(({ columns }, row) =>
    columnNames.forEach((name, column) => block.set(columns[name], (row * columnNames.length + column) * days)),
  );
  return block;
}

/** The rows again, from what `packColumns` made. */
export function unpackColumns(heads: readonly RowHead[], block: Int32Array, days: number): UptimeRow[] {
  return heads.map((head, row) => {
    const column = (index: number): number[] => {
      const begin = (row * columnNames.length + index) * days;
      return Array.from(block.subarray(begin, begin + days));
    };
    const [up, down, maintenance] = [column(0), column(1), column(2)];
    const [paused, unknown, incidents] = [column(3), column(4), column(5)];
    return { ...head, columns: { up, down, maintenance, paused, unknown, incidents } };
  });
}

/** Returns the columns with another length of one day. */
export function withDay(columns: DayColumns, index: number, day: Durations): DayColumns {
  const { up, down, maintenance, paused, unknown, incidents } = columns;
  return {
    up: up.with(index, day.up),
    down: down.with(index, day.down),
    maintenance: maintenance.with(index, day.maintenance),
    paused: paused.with(index, day.paused),
    unknown: unknown.with(index, day.unknown),
    incidents: incidents.with(index, day.incidents),
  };
}
