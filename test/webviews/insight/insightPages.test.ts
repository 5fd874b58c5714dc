import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Capability, MeasurementSummary } from '../../../src/shared/contract/analytics.ts';
import { byDay } from '../../../src/webviews/insight/days.ts';
import { sortMeasurements } from '../../../src/webviews/insight/measurementOrder.ts';
import { roundTicks } from '../../../src/webviews/shared/ticks.ts';
import { summary } from '../../shared/analytics/summary.ts';

const seed = Number(process.env['STATISTICS_SEED'] ?? 20_261_128);

const index = (value: number) => ({ value, lower: value, upper: value, at_least: value, at_most: value });
const capable = (value: number): Capability => ({
  kind: 'capability',
  count: 100,
  sigma_within: null,
  ppk: index(value),
  pp: null,
  cpk: null,
  cp: null,
  is_uncertain: false,
  verdict: 'undecided',
});

const measurement = (measurement_name: string, change: Partial<MeasurementSummary>): MeasurementSummary =>
  summary({ measurement_name, count: 100, ...change });

describe('the order of measurements', () => {
  const all = [
    measurement('volt_10', { capability: capable(2), failed: 5 }),
    measurement('firmware', {}),
    measurement('volt_9', { capability: capable(0.7), failed: 30, count: 1000 }),
  ];
  const names = (...options: [order: Parameters<typeof sortMeasurements>[1], isDescending: boolean]): string[] =>
    sortMeasurements(all, ...options).map(({ measurement_name }) => measurement_name);

  it('puts measurements without the figure last in both directions', () => {
    assert.deepEqual(names('ppk', false), ['volt_9', 'volt_10', 'firmware']);
    assert.deepEqual(names('ppk', true), ['volt_10', 'volt_9', 'firmware']);
  });

  it('compares failures by their share, and names by the numbers in them', () => {
    assert.deepEqual(names('failed', true), ['volt_10', 'volt_9', 'firmware']);
    assert.deepEqual(names('name', false), ['firmware', 'volt_9', 'volt_10']);
    assert.deepEqual(names('recorded', true), ['volt_10', 'firmware', 'volt_9']);
  });
});

describe('charts by day', () => {
  it('have a gap for each day without runs, also across a change of the year', () => {
    const found = [{ date: '2026-12-30' }, { date: '2027-01-02' }];
    const { x, days } = byDay(found);
    assert.deepEqual(days, [found[0], undefined, undefined, found[1]]);
    assert.equal(x[0], Date.UTC(2026, 11, 30) / 86_400_000);
    assert.deepEqual(byDay([]), { x: [], days: [] });
  });
});

describe('ticks of an axis', () => {
  it(`are evenly spaced, within the axis, and neither too many nor too few (STATISTICS_SEED=${seed})`, () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const property = fc.property(finite, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (from, span) => {
      const ticks = roundTicks(from, from + span);
      assert.ok(ticks.length >= 2 && ticks.length <= 6, ticks.join());
      const slack = span * 1e-6;
      assert.ok(ticks.every((tick) => tick >= from - slack && tick <= from + span + slack));
      const steps = ticks.slice(1).map((tick, at) => tick - (ticks[at] ?? 0));
      assert.ok(
        steps.every((step) => Math.abs(step - (steps[0] ?? 0)) < span * 1e-3),
        steps.join(),
      );
    });
    fc.assert(property, { seed, numRuns: 500 });
  });

  it('of an empty axis are its only value', () => {
    assert.deepEqual(roundTicks(3, 3), [3]);
    assert.deepEqual(roundTicks(Infinity, -Infinity), []);
  });
});
