/**
 * Measures how long it takes to find the tests of 500 files without running them, as the extension does it: read, look for
 * a mention, parse by dist/scriptScan.js, and give way after each file. The longest time without giving way is what else
 * in the extension host would have to wait.
 *
 *     npm run bench -- discovery [--files 500]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { mayDefineTests } from '../../src/shared/script/scriptHints.ts';
import type { scanScript } from '../../src/shared/script/scriptScan.ts';
import { atMost, number, printTable } from './table.ts';

const { values } = parseArgs({ options: { files: { type: 'string', default: '500' } } });
const count = Number(values.files);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-discovery-'));

try {
  const fixture = (name: string): string => readFileSync(join(root, 'test/fixtures/scripts', name), 'utf8');
  const kinds = [
    ...['board.py', 'openhtf_rich.py', 'vanilla_rich.py'].map(fixture),
    // A large script: 60 phases with three measurements each.
    `import openhtf as htf\n\n${phases(60)}\nhtf.Test(${names(60).join(', ')}, procedure_id="FVT1")\n`,
    'def helper(value):\n    return value\n'.repeat(100),
  ];
  const files = Array.from({ length: count }, (_, index) => join(folder, `test_${index}.py`));
  files.forEach((file, index) => writeFileSync(file, kinds[index % kinds.length] ?? ''));
  const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);

  const start = performance.now();
  const { scanScript: scan } = createRequire(import.meta.url)(join(root, 'dist/scriptScan.js')) as {
    scanScript: typeof scanScript;
  };
  const loaded = performance.now() - start;
  let found = 0;
  let longest = 0;
  for (const file of files) {
    const source = await readFile(file, 'utf8');
    const turn = performance.now();
    if (mayDefineTests(source)) found += scan(source).phases.length;
    longest = Math.max(longest, performance.now() - turn);
    await nextTurn();
  }
  const whole = performance.now() - start;
  printTable([
    { what: 'parser loaded', found: `${number(loaded)} ms` },
    {
      what: `${count} files (${number(bytes / 1000)} kB), ${found} phases found`,
      found: `${number(whole)} ms`,
      aim: atMost(whole, 1000, 'ms'),
    },
    { what: 'longest time for one file', found: `${number(longest)} ms`, aim: atMost(longest, 50, 'ms') },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function names(amount: number): string[] {
  return Array.from({ length: amount }, (_, index) => `step_${index}`);
}

function phases(amount: number): string {
  const measures = ['voltage', 'current', 'power'].map((name) => `    htf.Measurement("${name}").in_range(1, 2),\n`);
  return names(amount)
    .map((name) => `@htf.measures(\n${measures.join('')})\ndef ${name}(test):\n    test.measurements.voltage = 1.5\n\n`)
    .join('\n');
}
