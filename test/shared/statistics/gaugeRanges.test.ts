import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { normalCdf } from '../../../src/shared/statistics/distributions.ts';
import type { GaugeReading } from '../../../src/shared/statistics/gaugeComponents.ts';
import { gaugeByRanges, rangeFactor } from '../../../src/shared/statistics/gaugeRanges.ts';
import { gaugeRr } from '../../../src/shared/statistics/gaugeRr.ts';
import { aiagReadings, readingsOfCells } from '../../support/gaugeExample.ts';
import { finite, near, normalDensity, normalValues, published, randomNumbers, same, withSeed } from './support.ts';

function studied(...[list, options]: Parameters<typeof gaugeByRanges>) {
  const answer = gaugeByRanges(list, options);
  assert.ok(answer.kind === 'ranges', answer.kind);
  finite(answer);
  return answer;
}

describe(`a gauge study by averages and ranges (${withSeed})`, () => {
  it("has the published figures of AIAG's example", () => {
    const answer = studied(aiagReadings, { limits: { lower: -4, upper: 4 } });
    published(answer.averageRange, '0.341667');
    published(answer.operatorRange, '0.444667');
    published(answer.partRange, '3.511111');
    assert.deepEqual(answer.factors, { trials: 0.5908, operators: 0.5231, parts: 0.3146 });
    for (const [component, sigma, study] of [
      [answer.repeatability, '0.201857', '17.611952'],
      [answer.reproducibility, '0.229667', '20.038400'],
      [answer.gaugeRr, '0.305766', '26.678050'],
      [answer.partToPart, '1.104596', '96.375732'],
      [answer.total, '1.146135', '100'],
    ] as const) {
      published(component.sigma, sigma);
      published(component.percentStudy, study);
      same(component.percentContribution, component.percentStudy ** 2 / 100);
      same(component.percentTolerance, (100 * 6 * component.sigma) / 8);
    }
    // BPI, "Three Ways to Analyze a Gage R&R Study", 2015.
    published(answer.repeatability.sigma, '0.202');
    published(answer.reproducibility.sigma, '0.230');
    published(answer.gaugeRr.sigma, '0.306');
    published(answer.partToPart.sigma, '1.105');
    published(answer.total.sigma, '1.146');
    published(answer.repeatability.percentStudy, '17.61');
    published(answer.reproducibility.percentStudy, '20.04');
    published(answer.gaugeRr.percentStudy, '26.68');
    assert.equal(answer.distinctCategories, 5);
    assert.equal(answer.verdict, 'conditional');
  });

  it("has AIAG's factors K1, K2 and K3, and Duncan's d2* for few ranges", () => {
    assert.deepEqual([rangeFactor(2, 30), rangeFactor(3, 30)], [0.8862, 0.5908]);
    assert.deepEqual([rangeFactor(2, 1), rangeFactor(3, 1)], [0.7071, 0.5231]);
    assert.deepEqual(
      Array.from({ length: 9 }, (_, index) => rangeFactor(index + 2, 1)),
      [0.7071, 0.5231, 0.4467, 0.403, 0.3742, 0.3534, 0.3375, 0.3249, 0.3146],
    );
    const ofPairs = [
      ...[1.41421, 1.27931, 1.23105, 1.20621, 1.19105, 1.18083, 1.17348, 1.16794, 1.16361, 1.16014],
      ...[1.15729, 1.1549, 1.15289, 1.15115, 1.14965],
    ];
    for (const [index, divisor] of ofPairs.entries()) near(rangeFactor(2, index + 1), 1 / divisor, 0.000051);
    assert.deepEqual([rangeFactor(2, 15), rangeFactor(2, 16)], [0.8698, 0.8862]);
    assert.throws(() => rangeFactor(1, 1), RangeError);
    assert.throws(() => rangeFactor(21, 1), RangeError);
  });

  it('has the factors that integrating the distribution of ranges gives', () => {
    for (let size = 2; size <= 20; size += 1) {
      const { mean, variance } = rangeOfNormal(size);
      for (const ranges of [1, 2, 7, 15]) {
        near(rangeFactor(size, ranges), 1 / Math.sqrt(mean ** 2 + variance / ranges), 0.000051);
      }
      near(rangeFactor(size, 16), 1 / mean, 0.000051);
    }
  });

  it('has the figures of a study that was computed by hand', () => {
    const pairs = [
      [
        [10, 12],
        [14, 16],
      ],
      [
        [20, 22],
        [24, 26],
      ],
    ];
    const answer = studied(readingsOfCells(pairs), { limits: { lower: null, upper: 48 } });
    // Four ranges of two: d2* is 1.20621.
    assert.deepEqual([answer.averageRange, answer.operatorRange, answer.partRange], [2, 4, 10]);
    assert.deepEqual(answer.factors, { trials: 0.829, operators: 0.7071, parts: 0.7071 });
    same(answer.repeatability.sigma, 1.658);
    same(answer.reproducibility.sigma ** 2, 2.8284 ** 2 - 1.658 ** 2 / 4);
    same(answer.partToPart.sigma, 7.071);
    // The mean is 18, 30 below the limit.
    same(answer.repeatability.percentTolerance, (100 * 3 * 1.658) / 30);
    assert.equal(answer.distinctCategories, 3);
    assert.equal(answer.verdict, 'notAcceptable');
  });

  it("agrees with a second computation after AIAG's data sheet, in any order, at any place and scale", () => {
    const random = randomNumbers();
    for (let round = 0; round < 200; round += 1) {
      const size = (most: number): number => 2 + Math.floor(random() * (most - 1));
      const list = randomStudy({ parts: size(8), operators: size(5), trials: size(5) }, random, {
        part: 3,
        operator: random(),
        trial: random(),
      });
      const answer = studied(list);
      const sheet = dataSheet(list);
      same(answer.repeatability.sigma, sheet.ev, 1e-9);
      same(answer.reproducibility.sigma, sheet.av, 1e-9);
      same(answer.partToPart.sigma, sheet.pv, 1e-9);
      same(answer.total.sigma, Math.hypot(sheet.ev, sheet.av, sheet.pv), 1e-9);
      same(answer.gaugeRr.sigma, Math.hypot(sheet.ev, sheet.av), 1e-9);
      same(studied(list.toReversed()).gaugeRr.percentStudy, answer.gaugeRr.percentStudy, 1e-9);
      const scaled = studied(list.map((each) => ({ ...each, value: 1000 - 8 * each.value })));
      same(scaled.gaugeRr.percentStudy, answer.gaugeRr.percentStudy, 1e-6);
      same(scaled.gaugeRr.sigma, 8 * answer.gaugeRr.sigma, 1e-6);
    }
  });

  it('finds the true variation on average, as ANOVA does', () => {
    const random = randomNumbers();
    const sums = { repeat: 0, anovaRepeat: 0, reproduce: 0, part: 0 };
    const rounds = 1000;
    for (let round = 0; round < rounds; round += 1) {
      const list = randomStudy({ parts: 6, operators: 3, trials: 3 }, random, { part: 3, operator: 2, trial: 1 });
      const answer = studied(list);
      const anova = gaugeRr(list);
      assert.ok(anova.kind === 'study');
      sums.repeat += answer.repeatability.sigma ** 2 / rounds;
      sums.anovaRepeat += anova.repeatability.sigma ** 2 / rounds;
      sums.reproduce += answer.reproducibility.sigma ** 2 / rounds;
      sums.part += answer.partToPart.sigma ** 2 / rounds;
    }
    near(sums.repeat, 1, 0.05);
    near(sums.repeat, sums.anovaRepeat, 0.05);
    near(sums.reproduce, 4, 0.5);
    // AIAG does not subtract what the trials add to the means of the parts.
    near(sums.part, 9 + 1 / 9, 0.8);
  });

  it('says which plan it does not fit', () => {
    assert.deepEqual(gaugeByRanges([]), { kind: 'tooFew', of: 'parts', count: 0, needed: 2 });
    assert.deepEqual(gaugeByRanges(aiagReadings.filter((_, index) => index % 30 < 10)), {
      ...{ kind: 'tooFew', of: 'trials', count: 1, needed: 2 },
    });
    assert.deepEqual(gaugeByRanges(aiagReadings.slice(1)), {
      ...{ kind: 'unbalanced', part: '1', operator: 'A', count: 2, needed: 3 },
    });
    const random = randomNumbers();
    const spread = { part: 1, operator: 1, trial: 1 };
    const plan = { parts: 2, operators: 2, trials: 2 };
    for (const sort of ['parts', 'operators', 'trials'] as const) {
      studied(randomStudy({ ...plan, [sort]: 20 }, random, spread));
      assert.deepEqual(gaugeByRanges(randomStudy({ ...plan, [sort]: 21 }, random, spread)), {
        ...{ kind: 'tooMany', of: sort, count: 21, most: 20 },
      });
    }
  });

  it('has no result without variation, or with nothing but an interaction', () => {
    const equal = gaugeByRanges(aiagReadings.map((each) => ({ ...each, value: 0.1 })));
    assert.equal(equal.kind, 'noVariation');
    for (const [low, high] of [
      [1, 2],
      [0.1, 0.7],
      [0.1e-9, 0.7e-9],
      [0.1e9, 0.7e9],
    ] as const) {
      const crossed = [
        [
          [low, low],
          [high, high],
        ],
        [
          [high, high],
          [low, low],
        ],
      ];
      assert.deepEqual(gaugeByRanges(readingsOfCells(crossed)), { kind: 'onlyInteraction' });
    }
  });

  it('has no reproducibility if the appraisers differ less than their trials explain', () => {
    const answer = studied(
      readingsOfCells([
        [
          [1, 3],
          [3, 1],
        ],
        [
          [11, 13],
          [13, 11.1],
        ],
      ]),
    );
    assert.equal(answer.reproducibility.sigma, 0);
    same(answer.gaugeRr.sigma, answer.repeatability.sigma);
  });
});

function randomStudy(
  { parts, operators, trials }: { parts: number; operators: number; trials: number },
  random: () => number,
  sigma: { part: number; operator: number; trial: number },
): GaugeReading[] {
  const biases = normalValues(operators, random, 0, sigma.operator);
  const cells = normalValues(parts, random, 0, sigma.part).map((part) =>
    biases.map((bias) => normalValues(trials, random, part + bias, sigma.trial)),
  );
  return readingsOfCells(cells);
}

/** AIAG's "Gage Repeatability and Reproducibility Data Collection Sheet" and report, line by line. */
function dataSheet(list: readonly GaugeReading[]) {
  const valuesBy = (key: (reading: GaugeReading) => string): number[][] =>
    [...Map.groupBy(list, key).values()].map((group) => group.map(({ value }) => value).sort((a, b) => a - b));
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spreadOf = (sorted: readonly number[]): number => (sorted.at(-1) ?? NaN) - (sorted[0] ?? NaN);
  const cells = valuesBy(({ part, operator }) => `${part}/${operator}`);
  const means = (key: (reading: GaugeReading) => string): number[] =>
    valuesBy(key)
      .map(average)
      .sort((a, b) => a - b);
  const parts = means(({ part }) => part);
  const operators = means(({ operator }) => operator);
  const trials = cells[0]?.length ?? 0;
  const ev = average(cells.map(spreadOf)) * rangeFactor(trials, cells.length);
  const ofOperators = spreadOf(operators) * rangeFactor(operators.length, 1);
  const square = ofOperators * ofOperators - (ev * ev) / (parts.length * trials);
  return { ev, av: square > 0 ? Math.sqrt(square) : 0, pv: spreadOf(parts) * rangeFactor(parts.length, 1) };
}

/** Integrates the distribution of the range of normal values: P(W <= w) = n * integral of f(x) (F(x + w) - F(x))^(n - 1). */
function rangeOfNormal(size: number): { mean: number; variance: number } {
  const step = 0.02;
  const places = Array.from({ length: 601 }, (_, index) => -6 + index * step);
  const below = places.map(normalCdf);
  const density = places.map(normalDensity);
  let mean = 0;
  let square = 0;
  for (let width = 0; width <= 600; width += 1) {
    const within = places.reduce(
      (sum, _, index) =>
        sum + (density[index] ?? 0) * ((below[index + width] ?? 1) - (below[index] ?? 0)) ** (size - 1),
      0,
    );
    const beyond = Math.max(0, 1 - size * within * step);
    mean += beyond * step * (width === 0 ? 0.5 : 1);
    square += 2 * width * step * beyond * step;
  }
  // The trapezoidal rule leaves out step² / 6 where the integrand begins with a slope of 2.
  square += step ** 2 / 6;
  return { mean, variance: square - mean ** 2 };
}
