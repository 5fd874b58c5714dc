/**
 * Measures how long it takes to find the tests of 500 files of all kinds without running them, as the Test Explorer does it:
 * read, look for a mention, parse, and give way after each file. The longest time without giving way is what else in the
 * extension host would have to wait.
 *
 *     npm run bench -- discovery [--files 500]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { outlineOf } from '../../src/shared/script/testFiles.ts';
import { atMost, number, printTable } from './table.ts';

const { values } = parseArgs({ options: { files: { type: 'string', default: '500' } } });
const count = Number(values.files);
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-discovery-'));
const parsers = ['scriptScan', 'robotScan', 'procedureScan'];

try {
  const fixture = (name: string): string => readFileSync(join(root, 'test/fixtures', name), 'utf8');
  const fixtures = ['board.py', 'openhtf_rich.py', 'vanilla_rich.py', 'plain_phases.py'];
  const kinds: readonly (readonly [name: string, source: string])[] = [
    ...fixtures.map((name) => [name, fixture(`scripts/${name}`)] as const),
    ['large.py', `import openhtf as htf\n\n${phases(60)}\nhtf.Test(${names(60).join(', ')}, procedure_id="FVT1")\n`],
    ['test_supply.py', pytestFile(30)],
    ['board.robot', suite(20)],
    ['procedure.yaml', fixture('engine/passes/procedure.yaml')],
    ['procedure.yaml', procedure(40)],
    ['helpers.py', 'def helper(value):\n    return value\n'.repeat(100)],
    ['keywords.resource', '*** Keywords ***\nRead Voltage\n    Log    3.3\n'.repeat(30)],
    ['procedure.yml', 'services:\n  web:\n    image: nginx\n'.repeat(50)],
  ];
  const files = Array.from({ length: count }, (_, index) => {
    const [name, source] = kinds[index % kinds.length] ?? ['', ''];
    const file = join(folder, String(index), name);
    mkdirSync(dirname(file));
    writeFileSync(file, source);
    return file;
  });
  const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);

  const beginning = performance.now();
  for (const parser of parsers) createRequire(import.meta.url)(join(root, 'dist', `${parser}.js`));
  const loaded = performance.now() - beginning;
  for (const [name] of kinds) await outlineOf(name, ' openhtf *** Test Cases ***\nmain: \n'); // loads the sources of the parsers
  const start = performance.now();
  const found = new Map<string, number>();
  let longest = 0;
  for (const file of files) {
    const source = await readFile(file, 'utf8');
    const turn = performance.now();
    const outline = await outlineOf(file, source);
    if (outline !== undefined) {
      const ending = basename(file).replace(/^.*\./, '');
      found.set(ending, (found.get(ending) ?? 0) + outline.phases.length);
    }
    longest = Math.max(longest, performance.now() - turn);
    await nextTurn();
  }
  const whole = loaded + performance.now() - start;
  const phasesFound = [...found].map(([ending, phaseCount]) => `${phaseCount} in .${ending}`).join(', ');
  printTable([
    { what: 'parsers loaded', found: `${number(loaded)} ms` },
    {
      what: `${count} files (${number(bytes / 1000)} kB), phases found: ${phasesFound}`,
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

function pytestFile(amount: number): string {
  return `import pytest\n\n${names(amount)
    .map(
      (name) => `def test_${name}(measure):\n    assert measure("${name}", 3.3, lower=3.2, upper=3.4, units="V")\n\n`,
    )
    .join('\n')}`;
}

function suite(amount: number): string {
  return `*** Settings ***\nLibrary    TestStations\n\n*** Test Cases ***\n${names(amount)
    .map((name) => `${name}\n    \${volts}=    Read Voltage\n    Measure    ${name}    \${volts}    3.2    3.4    V\n`)
    .join('\n')}`;
}

function procedure(amount: number): string {
  return `name: Large\nmain:\n${names(amount)
    .map(
      (name) =>
        `  - name: ${name}\n    python: phases/${name}\n    measurements:\n      - name: voltage\n        unit: V\n        validators:\n          - { operator: '>=', expected_value: 3.2 }\n`,
    )
    .join('')}`;
}
