import { appendFileSync } from 'node:fs';

/** One line of a benchmark's table. */
export interface Line {
  what: string;
  found: string;
  aim?: Aim;
}

interface Aim {
  words: string;
  /** Of what was found to what is allowed, or the other way round where more is better: above 1 is missed. */
  ratio: number;
}

export const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

/** @param unit of both, such as `ms` */
export const atMost = (value: number, limit: number, unit: string): Aim => ({
  words: `≤ ${limit} ${unit}`,
  ratio: value / limit,
});

export const atLeast = (value: number, limit: number, unit: string): Aim => ({
  words: `≥ ${limit} ${unit}`,
  ratio: limit / value,
});

/** @param values not empty */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Prints a benchmark's table; `npm run bench` also takes it, as a line of JSON, from the file that it names. */
export function printTable(lines: readonly Line[]): void {
  const width = (key: 'what' | 'found'): number => Math.max(...lines.map((line) => line[key].length));
  for (const { what, found, aim } of lines) {
    const judged = aim ? `${aim.words}: ${aim.ratio.toFixed(2)}${aim.ratio > 1 ? '  ✖' : ''}` : '';
    console.log(`${what.padEnd(width('what'))}  ${found.padEnd(width('found'))}  ${judged}`.trimEnd());
  }
  const file = process.env['BENCH_TABLE'];
  if (file) appendFileSync(file, `${JSON.stringify(lines)}\n`);
}
