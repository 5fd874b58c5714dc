import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  rolledThroughputYield,
  sumOfYields,
  unitDays,
  yieldCounts,
  yieldPercent,
} from '../../../src/shared/statistics/yield.ts';
import { exampleDays, exampleFigures, exampleRuns } from '../../support/yieldExample.ts';

const runs = exampleRuns();
const counts = (list: typeof runs, edges: readonly number[]) =>
  yieldCounts(unitDays(list, edges).map(({ passedAt }) => ({ passedAt, units: 1 })));
const [one, two, end] = exampleDays;

describe('the yield of units', () => {
  it('has the figures of the worked example, whatever the order of the runs', () => {
    for (const list of [runs, runs.toReversed()]) {
      assert.deepEqual(counts(list, [one, two]), exampleFigures.first);
      assert.deepEqual(counts(list, [two, end]), exampleFigures.second);
      assert.deepEqual(counts(list, exampleDays), exampleFigures.both);
    }
    assert.deepEqual(sumOfYields([exampleFigures.first, exampleFigures.second]), exampleFigures.both);
  });

  it('counts a reference unit only without its mark', () => {
    const marked = runs.filter(({ sample }) => sample !== null);
    assert.deepEqual(new Set(marked.map(({ sample }) => sample)), new Set(['golden', 'failing']));
    for (const sample of ['golden', 'failing', 'ignored'] as const) {
      assert.equal(
        counts(
          marked.map((run) => ({ ...run, sample })),
          exampleDays,
        ).units,
        0,
      );
    }
    const unmarked = counts(
      runs.map((run) => ({ ...run, sample: null })),
      [one, two],
    );
    assert.deepEqual([unmarked.units, unmarked.passed_first, unmarked.passed_last], [7, 3, 5]);
  });

  it('includes reference units on request', () => {
    const withReferences = unitDays(runs, [one, two], { includesReferenceUnits: true });
    const { units, passed_first, passed_last } = yieldCounts(
      withReferences.map(({ passedAt }) => ({ passedAt, units: 1 })),
    );
    assert.deepEqual([units, passed_first, passed_last], [7, 3, 5]);
  });

  it('rolls the yields of the steps of a route up, unless a step has no units', () => {
    const step = (units: number, passed_first: number) => ({ units, passed_first });
    const close = (steps: ReturnType<typeof step>[], expected: number): void =>
      assert.ok(Math.abs((rolledThroughputYield(steps) ?? NaN) - expected) < 5e-7);
    close(
      Array.from({ length: 5 }, () => step(20, 19)),
      0.773781,
    );
    close([step(100, 99), step(50, 49), step(200, 194)], 0.941094);
    assert.equal(rolledThroughputYield([step(10, 10), step(0, 0)]), null);
    assert.equal(rolledThroughputYield([]), null);
  });

  it('leaves out aborted and skipped runs and runs without an outcome, and counts errors and timeouts', () => {
    const [run] = runs;
    assert.ok(run);
    const unitsWith = (outcome: string | null): number => counts([{ ...run, outcome }], exampleDays).units;
    assert.deepEqual(['ABORTED', 'SKIP', null].map(unitsWith), [0, 0, 0]);
    assert.deepEqual(['PASS', 'FAIL', 'ERROR', 'TIMEOUT'].map(unitsWith), [1, 1, 1, 1]);
  });

  it('orders runs that started at once by their creation, then by their id', () => {
    const [run] = runs;
    assert.ok(run);
    const at = (id: string, created_at: number, outcome: string) => ({ ...run, id, created_at, outcome });
    const passedFirst = (...list: (typeof run)[]): number => counts(list, exampleDays).passed_first;
    assert.equal(passedFirst(at('a', 2, 'PASS'), at('b', 1, 'FAIL')), 0);
    assert.equal(passedFirst(at('b', 1, 'PASS'), at('a', 2, 'FAIL')), 1);
    assert.equal(passedFirst(at('b', 1, 'PASS'), at('a', 1, 'FAIL')), 0);
    assert.equal(passedFirst(at('a', 1, 'PASS'), at('b', 1, 'FAIL')), 1);
    // The upload of the first run was delayed.
    const late = { ...at('z', 9, 'PASS'), started_at: run.started_at - 1 };
    assert.equal(passedFirst(at('a', 1, 'FAIL'), late), 1);
    assert.equal(passedFirst(late, at('a', 1, 'FAIL')), 1);
  });

  it('has the station of the first attempt, and no unit outside of the days', () => {
    const [run] = runs;
    assert.ok(run);
    const list = [
      { ...run, id: '1', started_at: two, outcome: 'FAIL', station_id: 'A' },
      { ...run, id: '2', started_at: two + 1, outcome: 'PASS', station_id: 'B' },
      { ...run, id: '3', started_at: one - 1, station_id: 'C' },
      { ...run, id: '4', started_at: end, station_id: 'C' },
    ];
    assert.deepEqual(unitDays(list, exampleDays), [
      { first: list[0], procedureId: run.procedure_id, day: 1, attempts: 2, stationId: 'A', passedAt: 2 },
    ]);
  });

  it('is rounded down, and is no number without a unit', () => {
    assert.equal(yieldPercent(0, 0), null);
    assert.equal(yieldPercent(999_999, 1_000_000), 99);
    for (let units = 1; units <= 300; units += 1) {
      assert.equal(yieldPercent(units, units), 100);
      for (let passed = 0; passed < units; passed += 1) {
        const percent = yieldPercent(passed, units);
        assert.ok(
          percent !== null && percent <= 99 && percent * units <= 100 * passed && (percent + 1) * units > 100 * passed,
        );
      }
    }
  });
});
