import type { GaugeReading } from '../statistics/gaugeComponents.ts';

export interface GaugeCell {
  readonly part: string;
  readonly operator: string;
  readonly mean: number;
  readonly range: number;
}

/** D4 by the number of trials, from 2 (AIAG Measurement Systems Analysis, 4th edition, appendix C). */
const d4 = [3.267, 2.574, 2.282, 2.114, 2.004, 1.924, 1.864, 1.816, 1.777];

export const gaugeCells = (readings: readonly GaugeReading[]): GaugeCell[] =>
  [...Map.groupBy(readings, ({ part, operator }) => JSON.stringify([part, operator])).values()].flatMap((cell) => {
    const [first] = cell;
    if (first === undefined) return [];
    const values = cell.map(({ value }) => value);
    return {
      part: first.part,
      operator: first.operator,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      range: Math.max(...values) - Math.min(...values),
    };
  });

export function rangeLimit(ranges: readonly number[], trials: number): number | null {
  const factor = d4[trials - 2];
  return factor === undefined || ranges.length === 0
    ? null
    : (factor * ranges.reduce((sum, range) => sum + range, 0)) / ranges.length;
}
