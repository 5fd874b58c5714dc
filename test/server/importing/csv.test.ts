import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { place, seen, useImport } from './useImport.ts';

describe('server.js import of CSV', function () {
  this.timeout(120_000);
  const { bench, folder, write, command, imported, runsOf, runOf } = useImport();

  const mapping = {
    serial_number: 'Serial',
    started_at: 'Start',
    outcome: 'Result',
    outcomes: { OK: 'PASS', NOK: 'FAIL' },
    part_number: { value: 'PCBA01' },
    time_zone: 'Europe/Berlin',
    delimiter: ';',
    decimal: ',',
    measurements: [
      {
        column: 'Vout',
        name: 'Output voltage',
        phase: 'Power',
        units: 'V',
        lower_limit: 3.2,
        upper_limit_column: 'Vmax',
      },
      { column: 'FW', type: 'text' },
      { column: 'LED', type: 'boolean', outcome_column: 'LED result' },
    ],
    metadata: { fixture: 'Fixture' },
  };
  const header = 'Serial;Start;Result;Vout;Vmax;FW;LED;LED result;Fixture;Comment\r\n';
  const mapped = (): string[] => ['--mapping', write('mapping.json', mapping)];

  it('stores a row as a run with the times, outcomes, limits and units of file and mapping', async () => {
    const rows = [
      'CSV-1;2026-03-02 08:15:30,5;OK;3,3;3,4;"1;2 ""a""";yes;OK;F7;hello',
      'CSV-2;2026-07-02T08:15:30+00:00;NOK;3,5;3,4;;false;NOK;;',
    ];
    const file = write(
      'results.csv',
      `\uFEFF${header.replace('30,5', '30.5')}${rows.join('\r\n').replace('30,5', '30.5')}\r\n`,
    );
    const stdout = await imported(...mapped(), file);
    assert.match(stdout, /^Stored: 2\. Already stored: 0\. Bad: 0\.$/m);
    assert.match(stdout, /no place for these fields \(number of results\): Comment \(1\)\./);
    const run = await runOf('CSV-1');
    assert.equal(run.started_at, '2026-03-02T07:15:30.500Z');
    assert.deepEqual(run.metadata, { fixture: 'F7', import_format: 'csv', import_source: 'results.csv:2' });
    assert.deepEqual(seen(run), [
      { phase: 'Power', name: 'Output voltage', outcome: 'PASS', units: 'V', value: 3.3, lower: 3.2, upper: 3.4 },
      { phase: 'Measurements', name: 'FW', outcome: 'PASS', units: null, value: '1;2 "a"', lower: null, upper: null },
      { phase: 'Measurements', name: 'LED', outcome: 'PASS', units: null, value: true, lower: null, upper: null },
    ]);
    const failed = await runOf('CSV-2');
    assert.equal(failed.outcome, 'FAIL');
    assert.equal(failed.started_at, '2026-07-02T08:15:30.000Z');
    assert.deepEqual(
      seen(failed).map(({ outcome, value }) => [outcome, value]),
      [['FAIL', 3.5], ['UNSET', null], ['FAIL', false]], // prettier-ignore
    );
  });

  it('stores only the new rows of a file that has grown, and a row that is there twice twice', async () => {
    const row = 'GROWN-1;2026-03-02 08:00:00;OK;3,3;3,4;;;;;\n';
    const file = (): string => write('grown.csv', header + row + row);
    write('grown.csv', header + row);
    await imported(...mapped(), join(folder, 'grown.csv'));
    assert.match(await imported(...mapped(), file()), /^Stored: 1\. Already stored: 1\. Bad: 0\.$/m);
    assert.match(await imported(...mapped(), file()), /^Stored: 0\. Already stored: 2\. Bad: 0\.$/m);
    assert.equal((await runsOf('GROWN-1')).length, 2);
  });

  it('names the file, line and reason of each bad row, and stores the others unless --strict is set', async () => {
    const good = 'BAD-1;2026-03-02 08:00:00;OK;3,3;3,4;;;;;';
    const bad = [
      'BAD-2;2026-02-30 08:00:00;OK;3,3;3,4;;;;;',
      'BAD-3;2026-03-02 08:00:00;MAYBE;3,3;3,4;;;;;',
      'BAD-4;2026-03-02 08:00:00;OK;3.3.3;3,4;;;;;',
      'BAD-5;2026-03-02 08:00:00;OK;3,3',
      ';2026-03-02 08:00:00;OK;3,3;3,4;;;;;',
    ];
    const file = write('bad.csv', `${header}${[...bad, good].join('\n')}\n`);
    const strict = await command(...place, ...mapped(), '--strict', file);
    assert.equal(strict.code, 1);
    assert.match(strict.stdout, /^Stored: 0, because of --strict\. Bad: 5\.$/m);
    assert.deepEqual(await runsOf('BAD-1'), []);
    const dry = await command(...place, ...mapped(), '--dry-run', file);
    assert.match(dry.stdout, /^To store: 1\. Already stored: 0\. Bad: 5\.$/m);
    assert.deepEqual(await runsOf('BAD-1'), []);
    const { code, stdout, stderr } = await command(...place, ...mapped(), file);
    assert.equal(code, 1);
    assert.equal(stderr, strict.stderr);
    assert.equal(stderr, dry.stderr);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 5\.$/m);
    await runOf('BAD-1');
    const reasons = [
      /2026-02-30/,
      /"MAYBE" is not one of OK, NOK/,
      /"Vout" has "3\.3\.3"/,
      /4 columns, and the header has 10/,
      /serial/,
    ];
    const lines = stderr.trim().split('\n');
    assert.equal(lines.length, bad.length, stderr);
    for (const [index, reason] of reasons.entries()) {
      assert.ok(lines[index]?.startsWith(`${file}:${index + 2}: `), lines[index]);
      assert.match(lines[index] ?? '', reason);
    }
  });

  it('refuses times without a zone when the mapping has none, unknown columns, and a wrong mapping', async () => {
    const { time_zone: _, ...zoneless } = mapping;
    const file = write('zone.csv', `${header}Z-1;2026-03-02 08:00:00;OK;;;;;;;\n`);
    const refused = async (map: unknown, reason: RegExp) => {
      const { code, stderr } = await command(...place, '--mapping', write('other.json', map), file);
      assert.notEqual(code, 0);
      assert.match(stderr, reason);
    };
    await refused(zoneless, /zone\.csv:2: .*names no time zone/);
    await refused({ ...mapping, serial_number: 'SN' }, /zone\.csv: The header has no column "SN"/);
    await refused({ ...mapping, serial: 'Serial' }, /mapping .*is wrong/);
    await refused({ ...mapping, time_zone: 'Mars/Base' }, /no time zone "Mars\/Base"/);
  });

  it('refuses an unknown station or procedure, and a procedure that is not linked to the station', async () => {
    await bench.procedure('Not linked', 'NL');
    const report = write('any.json', { start_time_millis: 1, phases: [], dut_id: 'X', metadata: { part_number: 'P' } });
    const refused = async (station: string, procedure: string, reason: RegExp) => {
      const { code, stderr } = await command('--station', station, '--procedure', procedure, report);
      assert.notEqual(code, 0);
      assert.match(stderr, reason);
    };
    await refused('Bench 9', 'FVT1', /There is no station "Bench 9"/);
    await refused('Bench 1', 'FVT9', /There is no procedure "FVT9"/);
    await refused('Bench 1', 'NL', /is not linked/);
  });
});
