import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { place, seen, useImport } from './useImport.ts';

const sample = (name: string): string => join(import.meta.dirname, '../../fixtures/stdf', name);

describe('server.js import of STDF', function () {
  this.timeout(120_000);
  const { write, command, imported, runsOf, runOf } = useImport();
  const zone = ['--time-zone', 'Europe/Berlin'];

  for (const [file, letter] of [
    ['big.stdf', 'B'],
    ['little.stdf', 'L'],
  ] as const) {
    it(`stores the parts of a lot with their limits, units, bins and times, from ${file} of another program`, async () => {
      const stdout = await imported(...zone, sample(file));
      assert.match(stdout, /^Stored: 2\. Already stored: 0\. Bad: 0\.$/m);
      assert.match(
        stdout,
        /no place for these fields.*: FTR \(vectors and pins\) \(2\), LO_SPEC|FTR \(vectors and pins\) \(2\)/,
      );
      const run = await runOf(`AMP-${letter}-1`);
      assert.equal(run.outcome, 'FAIL');
      assert.deepEqual([run.unit.part.number, run.unit.part.revision.number], ['AMP01', 'B']);
      assert.deepEqual([run.unit.batch?.number, run.procedure.version?.tag], ['LOT-7-A', '1.4']);
      assert.deepEqual([run.started_at, run.ended_at], ['2026-01-02T02:04:05.000Z', '2026-01-02T02:04:06.500Z']);
      assert.deepEqual(run.metadata, {
        test_mode: 'P',
        lot: 'LOT 7/A',
        sublot: 'S1',
        tester: 'tester3',
        tester_type: 'T2000',
        job: 'amp_ft',
        operator: 'Ada',
        test_code: 'FT1',
        temperature: '25',
        package: 'QFN',
        family: 'AMP',
        head: 1,
        site: 1,
        hard_bin: 5,
        hard_bin_name: 'Leakage',
        soft_bin: 51,
        soft_bin_name: 'Leak OUT',
        part_id: `AMP-${letter}-1`,
        tests: 3,
        import_format: 'stdf',
        import_source: `${file}@145`,
      });
      const phase = 'Measurements';
      const current = { phase, name: 'Supply current', units: 'A', lower: 0.0012, upper: 0.0033 };
      const pin = { phase, units: 'uA', lower: 0, upper: 1 };
      const bare = { phase, units: null, value: null, lower: null, upper: null };
      assert.deepEqual(seen(run), [
        { ...current, outcome: 'PASS', value: 0.0025 },
        { ...bare, name: 'Scan chain', outcome: 'PASS' },
        { ...pin, name: 'Leakage (VDD)', outcome: 'PASS', value: 0.5 },
        { ...pin, name: 'Leakage (OUT)', outcome: 'FAIL', value: 2.5 },
        { ...bare, name: 'Sweep', outcome: 'PASS' },
      ]);
      const sweep = run.phases[0]?.measurements.at(-1)?.data_series;
      assert.deepEqual(sweep?.map(({ data, units }) => [units, data]), [['mA', [1, 1.1, 1.2]], ['V', [0.1, 0.2, 0.4]]]); // prettier-ignore
      const second = await runOf(`AMP-${letter}-2`);
      // The limits of its first test are those of the first record of that test.
      assert.deepEqual(seen(second), [
        { ...current, outcome: 'FAIL', value: 0.0041 },
        { ...bare, name: 'Scan chain', outcome: 'UNSET' },
      ]);
      assert.deepEqual(
        second.phases[0]?.measurements.map(({ docstring }) => docstring),
        [null, 'The test was not executed.'],
      );
      assert.match(await imported(...zone, sample(file)), /^Stored: 0\. Already stored: 2\. Bad: 0\.$/m);
    });
  }

  it('names the parts of a wafer by their coordinates, and marks a part that is tested again, from a compressed file', async () => {
    await imported('--time-zone', 'UTC', write('wafer.stdf.gz', gzipSync(readFileSync(sample('wafer.stdf')))));
    const first = await runOf('W42-03--1-2');
    assert.deepEqual([first.outcome, first.started_at], ['PASS', '2026-01-02T04:04:05.000Z']);
    assert.deepEqual(seen(first), [
      { phase: 'Measurements', name: 'Gain', outcome: 'PASS', units: null, value: 1.25, lower: null, upper: 2 },
    ]);
    const again = await runsOf('W42-03-0-2');
    assert.deepEqual(
      again.map(({ outcome, started_at, metadata }) => [outcome, started_at, metadata?.['is_retest'] ?? null]).sort(),
      [
        ['FAIL', '2026-01-02T04:04:05.250Z', null],
        ['PASS', '2026-01-02T04:04:05.500Z', true],
      ],
    );
  });

  it('asks for the time zone of the tester, and for the serial number of parts that are only counted', async () => {
    const zoneless = await command(...place, sample('big.stdf'));
    assert.equal(zoneless.code, 1);
    assert.match(zoneless.stderr, /big\.stdf: .*--time-zone/);
    const flat = readFileSync(sample('wafer.stdf'));
    // Without its wafer, the file has parts 1, 2 and 3.
    const wafer = flat.indexOf(Buffer.from([2, 10, 1, 255])) - 2;
    const counted = write('counted.stdf', Buffer.concat([flat.subarray(0, wafer), flat.subarray(wafer + 13)]));
    const refused = await command(...place, ...zone, counted);
    assert.match(refused.stdout, /^Stored: 0\. Already stored: 0\. Bad: 3\.$/m);
    assert.match(refused.stderr, /only count its parts.*--serial-number "\{lot\}-\{part_id\}"/);
    await imported(...zone, '--serial-number', '{lot}/{part_id}', counted);
    assert.equal((await runOf('W42/3')).unit.batch?.number, 'W42');
    const unknown = await command(...place, '--serial-number', '{id}', counted);
    assert.match(unknown.stderr, /--serial-number is a text with \{lot\}/);
  });

  it('stores the complete parts of a file that is cut off, names the byte, and adds the others when it is whole', async () => {
    const whole = readFileSync(sample('little.stdf'));
    const renamed = Buffer.from(whole.toString('latin1').replaceAll('AMP-L', 'CUT-L'), 'latin1');
    const lastPart = renamed.indexOf('CUT-L-2') + 3;
    const { code, stdout, stderr } = await command(...place, ...zone, write('cut.stdf', renamed.subarray(0, lastPart)));
    assert.equal(code, 1);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 2\.$/m);
    assert.match(stderr, /cut\.stdf@\d+: The file ends within a record: \d+ bytes are left\./);
    assert.match(stderr, /cut\.stdf@151: The part begins here \(PIR\) and has no result \(PRR\)\./);
    assert.match(await imported(...zone, write('cut.stdf', renamed)), /^Stored: 1\. Already stored: 1\. Bad: 0\.$/m);
  });
});
