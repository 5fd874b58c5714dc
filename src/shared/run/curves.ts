import { points } from '../contract/common.ts';
import type { ExactNumber } from '../contract/exactJson.ts';
import type { NewSeries } from './newRun.ts';

interface Axis {
  name: string | null;
  units: string | null;
}

const series = ({ name, units }: Axis, data: ExactNumber[]): NewSeries => ({
  name,
  description: null,
  units,
  data,
  validators: [],
  aggregations: [],
});

/** Returns the series of a curve whose value is rows of x and y; null for anything that cannot be drawn as one. */
export function curveOf(rows: unknown, x: Axis, y: Axis): NewSeries[] | null {
  if (!Array.isArray(rows)) return null;
  const columns: [ExactNumber[], ExactNumber[]] = [[], []];
  for (const row of rows) {
    const pair = points.safeParse(row).data;
    const [left, right] = pair ?? [];
    if (left === undefined || right === undefined || pair?.length !== 2) return null;
    columns[0].push(left);
    columns[1].push(right);
  }
  return [series(x, columns[0]), series(y, columns[1])];
}

export const joinedUnits = (units: readonly (string | null | undefined)[]): string | null =>
  units.filter((unit) => unit).join(', ') || null;
