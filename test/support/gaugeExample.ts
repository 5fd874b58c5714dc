import type { GaugeReading } from '../../src/shared/statistics/gaugeComponents.ts';

/** AIAG MSA, 4th edition: 10 parts in columns, operators A to C, 3 trials each. */
export const aiagRows: readonly (readonly [operator: string, values: readonly number[]])[] = `
A  0.29 -0.56  1.34  0.47 -0.80  0.02  0.59 -0.31  2.26 -1.36
A  0.41 -0.68  1.17  0.50 -0.92 -0.11  0.75 -0.20  1.99 -1.25
A  0.64 -0.58  1.27  0.64 -0.84 -0.21  0.66 -0.17  2.01 -1.31
B  0.08 -0.47  1.19  0.01 -0.56 -0.20  0.47 -0.63  1.80 -1.68
B  0.25 -1.22  0.94  1.03 -1.20  0.22  0.55  0.08  2.12 -1.62
B  0.07 -0.68  1.34  0.20 -1.28  0.06  0.83 -0.34  2.19 -1.50
C  0.04 -1.38  0.88  0.14 -1.46 -0.29  0.02 -0.46  1.77 -1.49
C -0.11 -1.13  1.09  0.20 -1.07 -0.67  0.01 -0.56  1.45 -1.77
C -0.15 -0.96  0.67  0.11 -1.45 -0.49  0.21 -0.49  1.87 -2.16`
  .trim()
  .split('\n')
  .map((line) => {
    const [operator = '', ...values] = line.trim().split(/\s+/);
    return [operator, values.map(Number)];
  });

/** The reading of an operator (0 to 2), a part (0 to 9) and a trial (from 1). */
export const aiagReading = (operator: number, part: number, trial: number): number =>
  aiagRows[3 * operator + trial - 1]?.[1][part] ?? NaN;

/** The same as readings of a gauge study. */
export const aiagReadings: readonly GaugeReading[] = aiagRows.flatMap(([operator, values]) =>
  values.map((value, index) => ({ part: String(index + 1), operator, value })),
);

/** Returns the readings of cells by part, operator and trial. */
export const readingsOfCells = (cells: readonly (readonly (readonly number[])[])[]): GaugeReading[] =>
  cells.flatMap((row, part) =>
    row.flatMap((cell, operator) => cell.map((value) => ({ part: `P${part}`, operator: `O${operator}`, value }))),
  );
