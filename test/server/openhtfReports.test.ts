import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { type MeasurementAnswer, type Run, runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { runGenerator } from '../support/generator.ts';
import { type TestStation, useServer } from './bench.ts';
import { pythons } from './pythons.ts';
import { temporaryFolder } from './support.ts';

/** The procedure of all generated scripts. */
const generated = 'b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11';

/** What the generator writes beside each report, from the record that the test had in memory. */
const expected = z.object({
  outcome: z.string(),
  serial_number: z.string().nullable(),
  diagnoses: z.array(z.object({ title: z.string(), message: z.string(), is_failure: z.boolean() })),
  phases: z.array(
    z.object({
      name: z.string(),
      outcome: z.string(),
      measurements: z.array(
        z.object({
          name: z.string(),
          outcome: z.string(),
          value: z.unknown().optional(),
          /** Operator, bound, and whether it decides the outcome. */
          limits: z.array(z.tuple([z.string().nullable(), z.unknown(), z.boolean()])),
        }),
      ),
    }),
  ),
});
type Expected = z.infer<typeof expected>;
type Limit = Expected['phases'][number]['measurements'][number]['limits'][number];

describe('Reports of random OpenHTF tests', function () {
  this.timeout(1_200_000);
  const bench = useServer();
  const folder = temporaryFolder();
  let station: TestStation;
  let procedure: string;

  before(async () => {
    procedure = await bench.procedure('Generated');
    station = await bench.station('Bench 1', procedure);
  });

  const imported = async (report: string): Promise<Run> => {
    const { id: upload_id, uploadUrl } = await station.client.call(v1.initializeUpload, {
      body: { name: 'report.json' },
    });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: report })).status, 200);
    const body = { upload_id, importer: 'OPENHTF', client: 'Python', client_version: '2.2.4' } as const;
    const { id } = await station.client.call(v1.importReport, { body });
    return bench.user.call(runs.get, { params: { id } });
  };

  it('are imported as runs with the outcomes, values, limits and diagnoses that the tests had', async function () {
    if (process.platform === 'win32') this.skip();
    const [python = ''] = pythons();
    const summary = await runGenerator(python, 'openhtf', '12', '--keep', folder);
    const names = readdirSync(folder).filter((name) => name.endsWith('.report.json'));
    assert.ok(names.length > 0, summary);
    for (const name of names) {
      const report = readFileSync(join(folder, name), 'utf8').replaceAll(generated, procedure);
      const wanted = expected.parse(
        JSON.parse(readFileSync(join(folder, name.replace('.report.', '.expected.')), 'utf8')),
      );
      const run = await imported(report);
      assert.deepEqual(asExpected(run, wanted), wanted, `${name}\n${summary}`);
      checkValidators(run);
    }
    process.stdout.write(`    ${names.length} reports; ${summary}\n`);
  });
});

function asExpected(run: Run, { serial_number }: Expected): Expected {
  const diagnoses = (run.findings ?? []).filter(({ kind }) => kind === 'diagnosis');
  return {
    outcome: run.outcome,
    serial_number: serial_number === null && run.unit.serial_number === 'UNKNOWN_DUT' ? null : run.unit.serial_number,
    diagnoses: diagnoses.map(({ title, message, is_failure }) => ({ title, message, is_failure })),
    phases: run.phases.map(({ name, outcome, measurements }) => ({
      name,
      outcome,
      measurements: measurements.map((measurement) => ({
        name: measurement.name,
        outcome: measurement.outcome,
        ...valueOf(measurement),
        limits: (measurement.validators ?? []).map((each): Limit => [
          each.operator,
          each.expected_value,
          each.is_decisive ?? true,
        ]),
      })),
    })),
  };
}

/** A curve over one dimension is stored as columns and compared as the rows that it was measured in. */
function valueOf({ data_series: series, measured_value: value }: MeasurementAnswer): { value?: unknown } {
  if (series !== undefined) {
    const [x, y] = series;
    return { value: (x?.data ?? []).map((each, row) => [each, y?.data[row]]) };
  }
  return value === undefined ? {} : { value };
}

/** A measurement that passed is inside all limits that decide; a number outside of one has failed. */
function checkValidators(run: Run): void {
  for (const { name, outcome, validators, measured_value: value } of run.phases.flatMap((each) => each.measurements)) {
    for (const { operator, expected_value: bound, outcome: found, is_decisive } of validators ?? []) {
      const inside = insideOf(operator, value, bound);
      if (outcome === 'UNSET') assert.equal(found, 'UNSET', name);
      else if (outcome === 'PASS' && is_decisive === true) assert.equal(found, 'PASS', name);
      else if (inside !== null) assert.equal(found, inside ? 'PASS' : 'FAIL', name);
    }
  }
}

function insideOf(operator: string | null, value: unknown, bound: unknown): boolean | null {
  if (typeof value !== 'number' || typeof bound !== 'number') return null;
  if (operator === '>=') return value >= bound;
  if (operator === '<=') return value <= bound;
  return operator === '==' ? value === bound : null;
}
