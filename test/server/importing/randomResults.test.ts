import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { randomNumbers } from '../random.ts';
import { seen, useImport } from './useImport.ts';

const seed = Number(process.env['IMPORT_SEED'] ?? Date.now() % 1_000_000);

describe(`server.js import of random results (IMPORT_SEED=${seed})`, function () {
  this.timeout(120_000);
  const { write, imported, runOf } = useImport();

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
