import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { type Run, runs } from '../../src/shared/contract/runs.ts';
import { limitsOf } from '../../src/shared/run/limits.ts';
import { useServer } from './bench.ts';
import { pythons } from './pythons.ts';
import { randomNumbers } from './random.ts';
import { runServerProgram, temporaryFolder } from './support.ts';

const seed = Number(process.env['IMPORT_SEED'] ?? Date.now() % 1_000_000);

describe(`server.js import (IMPORT_SEED=${seed})`, function () {
  this.timeout(120_000);
  const bench = useServer();
  const folder = temporaryFolder();
  before(async () => {
    await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
  });

  function write(name: string, content: unknown): string {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }
  const command = (...args: string[]) => runServerProgram(['import', '--data', bench.folder, ...args]);
  const place = ['--station', 'bench 1', '--procedure', 'fvt1'];
  async function imported(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await command(...place, ...args);
    assert.equal(code, 0, stderr);
    return stdout;
  }
  async function runsOf(serial: string): Promise<Run[]> {
    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: [serial] } });
    return Promise.all(data.map(({ id }) => bench.user.call(runs.get, { params: { id } })));
  }
  async function runOf(serial: string): Promise<Run> {
    const [run, ...others] = await runsOf(serial);
    assert.ok(run !== undefined && others.length === 0, `${others.length} other runs of ${serial}`);
    return run;
  }
  /** The numbers of a measurement, as the API shows them. */
  const seen = (run: Run) =>
    run.phases.flatMap(({ name: phase, measurements }) =>
      measurements.map(({ name, outcome, units, measured_value, validators }) => {
        const { lower, upper } = limitsOf(
          (validators ?? []).map(({ operator, expected_value, is_decisive }) => ({
            operator,
            expected_value: typeof expected_value === 'number' ? expected_value : null,
            is_decisive: is_decisive !== false,
          })),
        );
        return { phase, name, outcome, units, value: measured_value ?? null, lower, upper };
      }),
    );

  describe('with reports of OpenHTF', () => {
    const script = `
import sys, openhtf as htf
from openhtf.output.callbacks import json_factory
from openhtf.util import units

@htf.measures(htf.Measurement('voltage').in_range(3.2, 3.4).with_units(units.VOLT), htf.Measurement('label').equals('A1'))
def power(test):
    test.measurements.voltage = 3.3125
    test.measurements.label = 'A1'
    test.attach('note', b'hello')

test = htf.Test(power, test_name='fvt', fixture='F7', station='x')
test.add_output_callbacks(json_factory.OutputToJSON(sys.argv[1], inline_attachments=False, indent=2))
sys.exit(0 if test.execute(test_start=lambda: 'HTF-1') else 1)
`;

    it('stores the output of the real OpenHTF once, with its times, values and limits, marked with its source', async () => {
      const [python = ''] = pythons();
      const report = join(folder, 'real.json');
      const done = spawnSync(python, [write('script.py', script), report], { encoding: 'utf8' });
      assert.equal(done.status, 0, done.stderr);
      const refused = await command(...place, report);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /real\.json:1: The run has no part number/);
      const stdout = await imported('--part-number', 'PCBA01', report);
      assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 0\.$/m);
      assert.match(stdout, /no place for these fields.*metadata\.fixture \(1\).*phases\.attachments \(1\)/);
      const run = await runOf('HTF-1');
      assert.equal(run.outcome, 'PASS');
      assert.equal(run.unit.part.number, 'PCBA01');
      assert.equal(run.created_by_station?.name, 'Bench 1');
      assert.deepEqual(run.metadata, { import_format: 'openhtf', import_source: 'real.json:1' });
      assert.deepEqual(seen(run), [
        { phase: 'power', name: 'voltage', outcome: 'PASS', units: 'V', value: 3.3125, lower: 3.2, upper: 3.4 },
        { phase: 'power', name: 'label', outcome: 'PASS', units: null, value: 'A1', lower: null, upper: null },
      ]);
      assert.match(await imported('--part-number', 'PCBA01', report), /^Stored: 0\. Already stored: 1\. Bad: 0\.$/m);
      await runOf('HTF-1');
    });

    it('reads a list of reports, and refuses those without a start time and files that are no JSON', async () => {
      const report = {
        start_time_millis: 1_767_323_045_000,
        outcome: 'PASS',
        phases: [{ name: 'a', outcome: 'PASS' }],
      };
      const list = write('list.json', [{ ...report, dut_id: 'LIST-1' }, { outcome: 'PASS', phases: [] }, 7]);
      const { code, stdout, stderr } = await command(...place, '--part-number', 'P', list, write('no.json', '{'));
      assert.equal(code, 1);
      assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 3\.$/m);
      assert.match(stderr, /list\.json#2: start_time_millis must be/);
      assert.match(stderr, /list\.json#3: /);
      assert.match(stderr, /no\.json: The file is not JSON/);
      assert.equal((await runOf('LIST-1')).started_at, '2026-01-02T03:04:05.000Z');
    });
  });

  describe('with CSV', () => {
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

  it('stores a report of WATS with its steps, limits and source once, and refuses a repair report', async () => {
    const wats = {
      type: 'T',
      id: '6f1d',
      sn: 'WATS-1',
      pn: 'PCBA01',
      rev: 'B',
      result: 'F',
      processCode: 10,
      start: '2026-03-02T08:15:30.5+01:00',
      miscInfos: [{ description: 'Shift', text: 'A' }],
      uut: { execTime: 12.5, user: 'Ada' },
      root: {
        name: 'Main',
        status: 'F',
        steps: [
          {
            name: 'Power',
            status: 'F',
            stepType: 'SequenceCall',
            steps: [
              {
                name: 'Voltages',
                status: 'F',
                totTime: 2,
                numericMeas: [
                  { name: 'low', compOp: 'GELE', status: 'P', unit: 'V', value: 3.3, lowLimit: 3.2, highLimit: 3.4 },
                  { name: 'high', compOp: 'GTLT', status: 'F', unit: 'V', value: 9, lowLimit: 4, highLimit: 6 },
                  { name: 'least', compOp: 'GE', status: 'P', value: 2, lowLimit: 1 },
                  { name: 'logged', compOp: 'LOG', status: 'P', value: -1 },
                ],
              },
            ],
          },
          { name: 'Firmware', status: 'P', stringMeas: [{ compOp: 'EQ', status: 'P', value: 'A1', limit: 'A1' }] },
          { name: 'LED', status: 'S', booleanMeas: [{ status: 'S' }] },
        ],
      },
    };
    const file = write('wats.json', wats);
    const stdout = await imported(file);
    assert.match(stdout, /no place for these fields.*: miscInfos \(1\), steps\.stepType \(1\)\./);
    const run = await runOf('WATS-1');
    assert.deepEqual([run.outcome, run.unit.part.revision.number], ['FAIL', 'B']);
    assert.deepEqual([run.started_at, run.ended_at], ['2026-03-02T07:15:30.500Z', '2026-03-02T07:15:43.000Z']);
    assert.deepEqual(run.metadata, {
      wats_id: '6f1d',
      process_code: 10,
      operator: 'Ada',
      import_format: 'wats',
      import_source: 'wats.json:1',
    });
    assert.deepEqual(
      run.phases.map(({ name, outcome, measurements }) => [
        name,
        outcome,
        measurements.map((each) => [
          each.name,
          each.outcome,
          each.measured_value ?? null,
          each.units,
          (each.validators ?? []).map(({ operator, expected_value }) => [operator, expected_value]),
        ]),
      ]),
      [
        [
          'Power / Voltages',
          'FAIL',
          [
            ['low', 'PASS', 3.3, 'V', [['>=', 3.2], ['<=', 3.4]]], // prettier-ignore
            ['high', 'FAIL', 9, 'V', [['>', 4], ['<', 6]]], // prettier-ignore
            ['least', 'PASS', 2, null, [['>=', 1]]],
            ['logged', 'PASS', -1, null, []],
          ],
        ],
        ['Firmware', 'PASS', [['Firmware', 'PASS', 'A1', null, [['==', 'A1']]]]],
        ['LED', 'SKIP', [['LED', 'UNSET', null, null, []]]],
      ],
    );
    assert.match(await imported(file), /^Stored: 0\. Already stored: 1\. Bad: 0\.$/m);
    const { code, stderr } = await command(...place, write('repair.json', { ...wats, type: 'R' }));
    assert.equal(code, 1);
    assert.match(stderr, /repair\.json:1: .*Only test reports/);
  });

  describe('with random results', () => {
    const random = randomNumbers(seed);
    const maybe = <T>(value: T): T | null => (random() < 0.5 ? value : null);
    const pick = <T extends string | number>(...all: T[]): T => all[Math.floor(random() * all.length)] ?? assert.fail();
    const number = (): number =>
      pick(0, -0.001, 1e-12, 12_345_678.9, Number((random() * 2000 - 1000).toPrecision(pick(3, 8, 17))));

    interface Model {
      serial: string;
      at: number;
      lasted: number;
      outcome: string;
      values: { name: string; units: string | null; value: number; lower: number | null; upper: number | null }[];
    }
    const names = ['a', 'b "quoted"', 'c, with comma', 'd é µ'];
    const model =
      (prefix: string) =>
      (_: unknown, index: number): Model => ({
        serial: `${prefix}-${index}`,
        at: Date.UTC(2024, 0, 1) + Math.floor(random() * 60 * 86_400_000),
        lasted: Math.floor(random() * 100_000),
        outcome: pick('PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'),
        values: names.map((name) => {
          const [one, other] = [number(), number()];
          const lower = maybe(Math.min(one, other));
          const upper = maybe(Math.max(one, other) + 1);
          return { name, units: maybe(pick('V', 'Ω')), value: number(), lower, upper };
        }),
      });

    async function compare(models: readonly Model[]): Promise<void> {
      for (const { serial, at, lasted, outcome, values } of models) {
        const run = await runOf(serial);
        assert.equal(run.outcome, outcome);
        assert.equal(Date.parse(run.started_at), at);
        assert.equal(Date.parse(run.ended_at), at + lasted);
        const expected = values.map(({ name, units, value, lower, upper }) => {
          const passed = (lower === null || value >= lower) && (upper === null || value <= upper);
          return { phase: 'P', name, outcome: passed ? 'PASS' : 'FAIL', units, value, lower, upper };
        });
        assert.deepEqual(seen(run), expected, serial);
      }
    }

    it('stores exactly the values of a CSV file', async () => {
      const models = Array.from({ length: 40 }, model('RC'));
      const cell = (value: string | number | null | undefined): string =>
        value == null ? '' : `"${String(value).replaceAll('"', '""')}"`;
      const columns = names.flatMap((name) => [name, `${name} low`, `${name} high`, `${name} unit`]);
      const lines = [
        ['sn', 'start', 'end', 'result', ...columns],
        ...models.map(({ serial, at, lasted, outcome, values }) => [
          serial,
          new Date(at).toISOString(),
          at + lasted === at ? null : new Date(at + lasted).toISOString(),
          outcome.toLowerCase(),
          ...values.flatMap(({ value, lower, upper, units }) => [value, lower, upper, units]),
        ]),
      ];
      const mapping = {
        serial_number: 'sn',
        started_at: 'start',
        ended_at: 'end',
        outcome: 'result',
        measurements: names.map((column) => ({
          column,
          phase: 'P',
          lower_limit_column: `${column} low`,
          upper_limit_column: `${column} high`,
          units_column: `${column} unit`,
        })),
      };
      const file = write('random.csv', lines.map((line) => line.map(cell).join(',')).join('\n'));
      await imported('--part-number', 'PCBA01', '--mapping', write('random.json', mapping), file);
      await compare(models);
    });

    it('stores exactly the values of OpenHTF reports', async () => {
      const models = Array.from({ length: 40 }, model('RO'));
      const reports = models.map(({ serial, at, lasted, outcome, values }) => ({
        dut_id: serial,
        start_time_millis: at,
        end_time_millis: at + lasted,
        outcome,
        metadata: { part_number: 'PCBA01' },
        phases: [
          {
            name: 'P',
            outcome: 'PASS',
            measurements: Object.fromEntries(
              values.map(({ name, units, value, lower, upper }) => [
                name,
                {
                  outcome: (lower === null || value >= lower) && (upper === null || value <= upper) ? 'PASS' : 'FAIL',
                  measured_value: value,
                  units: units === null ? null : { suffix: units },
                  validators: [
                    ...(lower === null ? [] : [`${lower} <= x`]),
                    ...(upper === null ? [] : [`x <= ${upper}`]),
                  ],
                },
              ]),
            ),
          },
        ],
      }));
      await imported(write('random-openhtf.json', reports));
      await compare(models);
    });
  });
});
