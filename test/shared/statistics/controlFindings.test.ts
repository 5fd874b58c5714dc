import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { controlChart } from '../../../src/shared/statistics/controlChart.ts';
import { controlFindings } from '../../../src/shared/statistics/controlFindings.ts';
import { westernElectricRules } from '../../../src/shared/statistics/controlRules.ts';
import { seed, withSeed } from './support.ts';

/** Values around 0 whose control limits are those of the first 40, at ±3 sigmas of about 1. */
const calm = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 0.6 : -0.6));

describe('findings of a control chart', () => {
  it('reports values in a row that break a rule as one finding with the whole pattern', () => {
    const values = [...calm, ...Array.from({ length: 12 }, () => 0.5), -9, -9, 9];
    const segments = controlChart(values, { baselineCount: 40 });
    assert.deepEqual(controlFindings(values, segments), [
      { rule: 2, side: 'above', first: 40, last: 51 },
      { rule: 1, side: 'below', first: 52, last: 53 },
      { rule: 1, side: 'above', first: 54, last: 54 },
    ]);
  });

  it('reports the oldest first, over all rules and segments', () => {
    const trend = Array.from({ length: 12 }, (_, index) => index / 10 - 1);
    const values = [...calm, 9, ...trend, -9, ...calm, ...trend, 9];
    const segments = controlChart(values, { segmentStarts: [54], baselineCount: 40, rules: [1, 3] });
    const findings = controlFindings(values, segments.toReversed());
    const order = findings.map(({ first, last }) => 1000 * last + first);
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      order,
    );
    assert.deepEqual(
      findings.filter(({ rule }) => rule === 1).map(({ last }) => last),
      [40, 53, 106],
    );
    assert.ok(findings.filter(({ rule }) => rule === 3).length >= 2);
    const short = values.slice(0, 5);
    assert.deepEqual(controlFindings(short, controlChart(short)), []);
  });

  it('calls a value on the center line below it', () => {
    const [segment] = controlChart(calm, { baselineCount: 40 });
    assert.ok(segment?.limits.kind === 'limits');
    const limits = { ...segment.limits, center: 0 };
    const trend = [-5, -4, -3, -2, -1, 0];
    const found = controlFindings(trend, [{ ...segment, limits, violations: [{ rule: 3, index: 5 }] }]);
    assert.deepEqual(found, [{ rule: 3, side: 'below', first: 0, last: 5 }]);
  });

  it('puts a pattern before another that ends with it and is shorter', () => {
    const values = [...calm, ...Array.from({ length: 8 }, () => 0.5), 9];
    const segments = controlChart(values, { baselineCount: 40 });
    assert.deepEqual(controlFindings(values, segments), [
      { rule: 2, side: 'above', first: 40, last: 48 },
      { rule: 1, side: 'above', first: 48, last: 48 },
    ]);
  });

  it(`covers each violation by one finding, on the side where its values are (${withSeed})`, () => {
    const shifted = fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.integer({ min: 1, max: 12 })), {
      minLength: 1,
      maxLength: 20,
    });
    const property = fc.property(shifted, fc.boolean(), (levels, isSplit) => {
      const later = levels.flatMap(([level, count]) =>
        Array.from({ length: count }, (_, at) => level + (at % 3) * 0.1),
      );
      const values = [...calm, ...later];
      const segmentStarts = isSplit ? [40 + Math.floor(later.length / 2)] : [];
      const segments = controlChart(values, { segmentStarts, rules: westernElectricRules, baselineCount: 40 });
      const findings = controlFindings(values, segments);
      for (const { limits, start, end, violations } of segments) {
        if (limits.kind !== 'limits') continue;
        for (const { rule, index } of violations) {
          const covering = findings.filter(
            (each) => each.rule === rule && each.first <= index && index <= each.last && each.last < end,
          );
          const side = (values[index] ?? 0) > limits.center ? 'above' : 'below';
          assert.ok(
            covering.some((each) => each.side === side),
            `${rule} at ${index}`,
          );
          assert.ok(covering.every(({ first }) => first >= start));
        }
        const own = findings.filter(({ last }) => last >= start && last < end);
        assert.ok(own.length <= violations.length);
        for (const { rule, first, last } of own) {
          assert.ok(violations.some((each) => each.rule === rule && each.index === last));
          if (rule === 'eightOnOneSide') {
            const isAbove = values.slice(first, last + 1).map((value) => value > limits.center);
            assert.ok(isAbove.every((each) => each === isAbove[0]));
          }
        }
      }
    });
    fc.assert(property, { seed, numRuns: 300 });
  });
});
