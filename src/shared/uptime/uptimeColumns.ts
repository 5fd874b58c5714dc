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
    const column = (name: (typeof columnNames)[number]): number[] => {
      const begin = (row * columnNames.length + columnNames.indexOf(name)) * days;
      return Array.from(block.subarray(begin, begin + days));
    };
    const columns = {
      up: column('up'),
      down: column('down'),
      maintenance: column('maintenance'),
      paused: column('paused'),
      unknown: column('unknown'),
      incidents: column('incidents'),
    };
    return { ...head, columns };
  });
}

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
