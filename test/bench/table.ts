/** One line of a benchmark's table. */
export interface Line {
  what: string;
  found: string;
  aim: string;
  met: boolean;
}

export const number = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

/** @param values not empty */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export function printTable(lines: readonly Line[]): void {
  const width = (key: 'what' | 'found'): number => Math.max(...lines.map((line) => line[key].length));
  for (const { what, found, aim, met } of lines) {
    console.log(`${what.padEnd(width('what'))}  ${found.padEnd(width('found'))}  ${aim}${met ? '' : '  ✖'}`);
  }
}
