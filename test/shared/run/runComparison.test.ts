import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { ReportMeasurement, ReportPhase } from '../../../src/shared/contract/report.ts';
import type { ValidatorAnswer } from '../../../src/shared/contract/runs.ts';
import { overlayCurves } from '../../../src/shared/run/overlayCurves.ts';
import { align, compareRuns } from '../../../src/shared/run/runComparison.ts';

const seed = Number(process.env['COMPARISON_SEED'] ?? 20_261_128);
const id = '11111111-1111-4111-8111-111111111111';
const time = '2026-01-01T00:00:00.000Z';

const atMost = (limit: number): ValidatorAnswer => ({
  outcome: 'PASS',
  operator: '<=',
  expected_value: limit,
  expression: `x <= ${limit}`,
  is_decisive: true,
  is_expression_only: false,
  analytics_expression: null,
  has_custom_expression: false,
});

const measurement = fc.record({
  id: fc.constant(id),
  name: fc.constantFrom('volts', 'amps', 'ohms'),
  outcome: fc.constantFrom('PASS' as const, 'FAIL' as const, 'UNSET' as const),
  units: fc.constantFrom(null, 'V', 'mV'),
  measured_value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', true, null, undefined)),
  validators: fc.option(fc.array(fc.integer({ min: 0, max: 2 }).map(atMost), { maxLength: 2 })),
}) satisfies fc.Arbitrary<ReportMeasurement>;

/** Phases with one to three attempts each, whose names may come again later. */
const phases = fc
  .array(
    fc.tuple(
      fc.constantFrom('boot', 'measure', 'sweep'),
      fc.array(fc.array(measurement, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 9 }),
    ),
    { maxLength: 6 },
  )
  .map((drawn) =>
    // A phase of the same name right after another one would be another attempt.
    drawn
      .filter(([name], index) => name !== drawn[index - 1]?.[0])
      .flatMap(([name, attempts, seconds]) =>
        attempts.map((measurements, attempt) => ({
          id,
          name,
          outcome: measurements.some(({ outcome }) => outcome === 'FAIL') ? ('FAIL' as const) : ('PASS' as const),
          started_at: time,
          ended_at: time,
          duration: `PT${seconds}S`,
          retry_count: attempt,
          sequence_path: null,
          measurements,
        })),
      ),
  ) satisfies fc.Arbitrary<ReportPhase[]>;

/** By counting: the row of a name that has as many rows of its name before it, in a phase that has as many of its name. */
function addresses(all: readonly ReportPhase[]): Map<string, ReportMeasurement> {
  const found = new Map<string, ReportMeasurement>();
  const last = all.filter((phase, index) => all[index + 1]?.name !== phase.name);
  last.forEach((phase, at) => {
    const nth = last.slice(0, at).filter(({ name }) => name === phase.name).length;
    phase.measurements.forEach((each, place) => {
      const before = phase.measurements.slice(0, place).filter(({ name }) => name === each.name).length;
      found.set([phase.name, nth, each.name, before].join('/'), each);
    });
  });
  return found;
}

const limitsOf = ({ validators }: ReportMeasurement): string =>
  [...new Set((validators ?? []).map(({ expression }) => expression))].join();

function expectedDifferences(left: ReportMeasurement | undefined, right: ReportMeasurement | undefined): string[] {
  if (left === undefined) return ['only_right'];
  if (right === undefined) return ['only_left'];
  const differs: string[] = [];
  if (left.outcome !== right.outcome) differs.push('outcome');
  if (limitsOf(left) !== limitsOf(right)) differs.push('limits');
  if (left.units !== right.units) differs.push('units');
  if ((left.measured_value ?? null) !== (right.measured_value ?? null)) differs.push('value');
  return differs;
}

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { seed, numRuns: 500 });

describe(`the comparison of two runs (COMPARISON_SEED=${seed})`, () => {
  it('pairs the measurements of the last attempts by phase, name and order, and names what differs', () => {
    check(fc.tuple(phases, phases), ([left, right]) => {
      const [ofLeft, ofRight] = [addresses(left), addresses(right)];
      const expected = [...new Set([...ofLeft.keys(), ...ofRight.keys()])].map((address) => {
        const [one, other] = [ofLeft.get(address), ofRight.get(address)];
        const isNumeric = typeof one?.measured_value === 'number' && typeof other?.measured_value === 'number';
        const difference =
          isNumeric && one.units === other.units ? Number(other.measured_value) - Number(one.measured_value) : null;
        return JSON.stringify([
          address.split('/')[0],
          (one ?? other)?.name,
          one?.measured_value ?? null,
          other?.measured_value ?? null,
          difference,
          expectedDifferences(one, other),
        ]);
      });
      const actual = compareRuns({ phases: left }, { phases: right }).measurements.map((row) =>
        JSON.stringify([
          row.phase,
          row.name,
          row.left?.value ?? null,
          row.right?.value ?? null,
          row.difference,
          row.differences,
        ]),
      );
      assert.deepEqual(actual.sort(), expected.sort());
    });
  });

  it('finds no difference between a run and itself, and the mirrored ones when the sides are exchanged', () => {
    check(fc.tuple(phases, phases), ([left, right]) => {
      const own = compareRuns({ phases: left }, { phases: left });
      assert.ok([...own.phases, ...own.measurements].every(({ differences }) => differences.length === 0));
      const there = compareRuns({ phases: left }, { phases: right });
      const back = compareRuns({ phases: right }, { phases: left });
      const sum = (rows: typeof there.measurements): number =>
        rows.reduce((all, row) => all + (row.difference ?? 0), 0);
      assert.equal(sum(there.measurements) + sum(back.measurements), 0);
      const durations = (rows: typeof there.phases): number =>
        rows.reduce((all, row) => all + (row.durationDifference ?? 0), 0);
      assert.equal(durations(there.phases) + durations(back.phases), 0);
      assert.equal(there.measurements.length, back.measurements.length);
    });
  });

  it('keeps the order of the left list, loses nothing, and puts what is only right after its predecessor', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
    check(fc.tuple(list, list), ([left, right]) => {
      const pairs = align(left, right, (item) => item);
      assert.deepEqual(
        pairs.flatMap(([one]) => one ?? []),
        left,
      );
      assert.deepEqual(pairs.flatMap(([, other]) => other ?? []).sort(), right.toSorted());
      assert.ok(pairs.every(([one, other]) => one === null || other === null || one === other));
    });
    const names = align(['a', 'b', 'c'], ['x', 'a', 'y', 'b', 'z'], (item) => item).map(
      ([one, other]) => one ?? `+${other ?? ''}`,
    );
    assert.deepEqual(names, ['+x', 'a', '+y', 'b', '+z', 'c']);
  });

  it('compares objects without regard to the order of their keys', () => {
    const run = (value: unknown) => ({
      phases: [
        {
          ...{ id, name: 'p', outcome: 'PASS' as const, started_at: time, ended_at: time, duration: 'PT1S' },
          ...{ retry_count: 0, sequence_path: null },
          measurements: [
            { id, name: 'm', outcome: 'PASS' as const, units: null, validators: null, measured_value: value },
          ],
        },
      ],
    });
    const differences = (left: unknown, right: unknown) =>
      compareRuns(run(left), run(right)).measurements.flatMap((row) => row.differences);
    assert.deepEqual(differences({ gain: 1, offset: [2] }, { offset: [2], gain: 1 }), []);
    assert.deepEqual(differences({ gain: 1, offset: [2] }, { offset: [3], gain: 1 }), ['value']);
  });
});

describe(`curves over each other (COMPARISON_SEED=${seed})`, () => {
  const curve = fc
    .uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 })
    .map((all) => all.sort((a, b) => a - b));

  it('have their own values at their own points, lie on straight lines between, and end where they end', () => {
    check(fc.tuple(curve, curve), ([left, right]) => {
      const line = (x: number): number => 3 * x - 7;
      const series = (x: number[]): Float64Array[] => [Float64Array.from(x), Float64Array.from(x, line)];
      const [x, one, other] = overlayCurves(series(left), series(right)) ?? [];
      assert.deepEqual(
        [...(x ?? [])],
        [...new Set([...left, ...right])].sort((a, b) => a - b),
      );
      for (const [own, y] of [
        [left, one],
        [right, other],
      ] as const) {
        x?.forEach((at, index) => {
          const isWithin = at >= (own[0] ?? 0) && at <= (own.at(-1) ?? 0);
          const value = y?.[index] ?? Infinity;
          assert.ok(isWithin ? Math.abs(value - line(at)) < 1e-9 : Number.isNaN(value), `${value} at ${at}`);
        });
      }
    });
  });

  it('are not drawn if x goes back, stays, or is missing', () => {
    const good = [Float64Array.of(0, 1), Float64Array.of(5, 6)];
    for (const x of [[1, 0], [1, 1], []]) {
      const bad = [Float64Array.from(x), Float64Array.from(x)];
      assert.equal(overlayCurves(good, bad), null);
      assert.equal(overlayCurves(bad, good), null);
    }
  });
});
