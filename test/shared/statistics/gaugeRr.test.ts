import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { attributeAgreement, cohenKappa, fleissKappa } from '../../../src/shared/statistics/attributeAgreement.ts';
import { type GaugeReading, gaugeVerdict } from '../../../src/shared/statistics/gaugeComponents.ts';
import { gaugeRr } from '../../../src/shared/statistics/gaugeRr.ts';
import { aiagReadings, readingsOfCells } from '../../support/gaugeExample.ts';
import { finite, near, normalValues, published, randomNumbers, same, withSeed } from './support.ts';

function studied(...[list, options]: Parameters<typeof gaugeRr>) {
  const answer = gaugeRr(list, options);
  assert.ok(answer.kind === 'study', answer.kind);
  finite(answer);
  return answer;
}

describe(`a gauge study (${withSeed})`, () => {
  it("has the published figures of AIAG's example", () => {
    const limits = { lower: -4, upper: 4 };
    const {
      anova,
      isPooled,
      repeatability,
      reproducibility,
      gaugeRr: gauge,
      partToPart,
      total,
      ...rest
    } = studied(aiagReadings, { limits });
    assert.equal(isPooled, true);
    for (const [row, sum, degrees, mean] of [
      [anova.part, '88.361934', 9, '9.817993'],
      [anova.operator, '3.167262', 2, '1.583631'],
      [anova.interaction, '0.358982', 18, '0.019943'],
      [anova.repeatability, '2.758933', 60, '0.045982'],
      [anova.total, '94.647112', 89, null],
    ] as const) {
      published(row.sumOfSquares, sum);
      assert.equal(row.degrees, degrees);
      if (mean !== null) published(row.meanSquare, mean);
    }
    published(anova.part.f, '245.613910');
    published(anova.operator.f, '39.617246');
    published(anova.operator.p, '1.338e-12');
    published(anova.interaction.f, '0.433721');
    published(anova.interaction.p, '0.974106');
    for (const [component, sigma, study, contribution, tolerance] of [
      [repeatability, '0.199933', '18.421935', '3.393677', '14.994988'],
      [reproducibility, '0.226838', '20.900913', '4.368482', '17.012814'],
      [gauge, '0.302372', '27.860651', '7.762159', '22.677864'],
      [partToPart, '1.042327', '96.040534', '92.237841', '78.174562'],
      [total, '1.085300', '100', '100', '81.397467'],
    ] as const) {
      published(component.sigma, sigma);
      published(component.percentStudy, study);
      published(component.percentContribution, contribution);
      published(component.percentTolerance, tolerance);
    }
    published(repeatability.sigma ** 2, '0.0400');
    published(reproducibility.sigma ** 2, '0.0515');
    published(partToPart.sigma ** 2, '1.086');
    published(gauge.sigma ** 2, '0.0914');
    assert.deepEqual(rest, { kind: 'study', distinctCategories: 4, verdict: 'conditional' });
  });

  it('has the published figures of the smallest study', () => {
    const small = studied(
      readingsOfCells([
        [
          [10, 12],
          [14, 16],
        ],
        [
          [20, 22],
          [24, 26],
        ],
      ]),
    );
    const { part, operator, interaction, repeatability } = small.anova;
    assert.deepEqual(
      [part, operator, interaction, repeatability].map((row) => row.sumOfSquares),
      [200, 32, 0, 8],
    );
    same(small.repeatability.sigma ** 2, 1.6);
    same(small.reproducibility.sigma ** 2, 7.6);
    same(small.partToPart.sigma ** 2, 49.6);
    published(small.gaugeRr.percentStudy, '39.5554');
    assert.deepEqual([small.distinctCategories, small.verdict], [3, 'notAcceptable']);
  });

  it('has the published figures of a study with an interaction', () => {
    const interaction = [
      [4, -4, 0],
      [-4, 0, 4],
      [0, 4, -4],
    ];
    const cells = [10, 20, 30].map((part, row) =>
      [0, 5, -5].map((operator, column) =>
        [-1, 1].map((trial) => part + operator + (interaction[row]?.[column] ?? 0) + trial),
      ),
    );
    const answer = studied(readingsOfCells(cells));
    const { anova } = answer;
    const sums = [anova.part, anova.operator, anova.interaction, anova.repeatability].map((row) => row.sumOfSquares);
    for (const [index, sum] of [1200, 300, 192, 18].entries()) same(sums[index], sum);
    assert.equal(answer.isPooled, false);
    same(answer.repeatability.sigma ** 2, 2);
    same(answer.reproducibility.sigma ** 2, 23 + 17);
    same(answer.partToPart.sigma ** 2, 92);
    assert.equal(answer.distinctCategories, 2);
  });

  it('adds up: sums of squares, degrees of freedom, and contributions, in any order of readings', () => {
    const random = randomNumbers();
    for (let round = 0; round < 100; round += 1) {
      const [p, o, r] = [2, 2, 2].map((least) => least + Math.floor(random() * 5));
      const cells = normalValues(p ?? 2, random, 0, 3).map((part) =>
        normalValues(o ?? 2, random).map((operator) => normalValues(r ?? 2, random, part + operator, random())),
      );
      const list = readingsOfCells(cells);
      const answer = studied(list);
      const { total, ...rows } = answer.anova;
      same(
        Object.values(rows).reduce((sum, row) => sum + row.sumOfSquares, 0),
        total.sumOfSquares,
      );
      assert.equal(
        Object.values(rows).reduce((sum, row) => sum + row.degrees, 0),
        total.degrees,
      );
      near(answer.gaugeRr.percentContribution + answer.partToPart.percentContribution, 100, 1e-9);
      same(answer.repeatability.sigma ** 2 + answer.reproducibility.sigma ** 2, answer.gaugeRr.sigma ** 2);
      const reversed = studied(list.toReversed());
      same(reversed.gaugeRr.percentStudy, answer.gaugeRr.percentStudy, 1e-6);
      const scaled = studied(list.map((each) => ({ ...each, value: 1000 - 8 * each.value })));
      same(scaled.gaugeRr.percentStudy, answer.gaugeRr.percentStudy, 1e-6);
      same(scaled.gaugeRr.sigma, 8 * answer.gaugeRr.sigma, 1e-6);
    }
  });

  it('compares with twice the distance to a single limit', () => {
    const answer = studied(aiagReadings, { limits: { lower: null, upper: 4 } });
    const lowest = studied(aiagReadings, { limits: { lower: -3, upper: null } });
    const mean = aiagReadings.reduce((sum, { value }) => sum + value, 0) / aiagReadings.length;
    published(mean, '0.001444');
    same(answer.gaugeRr.percentTolerance, (100 * 3 * answer.gaugeRr.sigma) / (4 - mean));
    same(lowest.gaugeRr.percentTolerance, (100 * 3 * lowest.gaugeRr.sigma) / (mean + 3));
    assert.equal(studied(aiagReadings).gaugeRr.percentTolerance, null);
    const centered = readingsOfCells([
      [
        [1, 2],
        [2, 1],
      ],
      [
        [3, 4],
        [4, 3],
      ],
    ]);
    for (const limits of [
      { lower: 2.5, upper: null },
      { lower: null, upper: 2.5 },
      { lower: null, upper: null },
      { lower: 3, upper: 2 },
    ]) {
      assert.equal(studied(centered, { limits }).total.percentTolerance, null);
    }
  });

  it('is judged by the tolerance if the gauge takes more of it than of the study', () => {
    assert.equal(studied(aiagReadings, { limits: { lower: -40, upper: 40 } }).verdict, 'conditional');
    assert.equal(studied(aiagReadings, { limits: { lower: -2, upper: 2 } }).verdict, 'notAcceptable');
  });

  it('has neither F nor p where nothing varies to compare with', () => {
    const crossed = readingsOfCells([
      [
        [1, 1],
        [2, 2],
      ],
      [
        [2, 2],
        [1, 1],
      ],
    ]);
    const { anova, isPooled, reproducibility } = studied(crossed);
    assert.deepEqual([anova.interaction.f, anova.interaction.p, isPooled], [null, null, false]);
    assert.deepEqual(
      [anova.repeatability.f, anova.repeatability.p, anova.total.f, anova.total.p],
      [null, null, null, null],
    );
    // MS of the interaction is 2 with a degree of freedom, over two trials.
    same(reproducibility.sigma ** 2, 1);
    assert.equal(studied(aiagReadings, { limits: { lower: 1, upper: 1 } }).gaugeRr.percentTolerance, null);
  });

  it('says what is missing', () => {
    assert.deepEqual(gaugeRr([]), { kind: 'tooFew', of: 'parts', count: 0, needed: 2 });
    const few = (of: string, keep: (reading: GaugeReading, index: number) => boolean): void =>
      assert.deepEqual(gaugeRr(aiagReadings.filter(keep)), { kind: 'tooFew', of, count: 1, needed: 2 });
    few('parts', ({ part }) => part === '4');
    few('operators', ({ operator }) => operator === 'B');
    few('trials', (_, index) => index % 30 < 10);
    assert.deepEqual(gaugeRr(aiagReadings.filter(({ part, operator }) => part !== '7' || operator !== 'B')), {
      kind: 'unbalanced',
      part: '7',
      operator: 'B',
      count: 0,
      needed: 3,
    });
    assert.deepEqual(gaugeRr(aiagReadings.slice(1)), {
      kind: 'unbalanced',
      part: '1',
      operator: 'A',
      count: 2,
      needed: 3,
    });
    assert.deepEqual(gaugeRr(aiagReadings.filter((_, index) => index !== 10)), {
      ...{ kind: 'unbalanced', part: '1', operator: 'A', count: 2, needed: 3 },
    });
    const equal = aiagReadings.map((reading) => ({ ...reading, value: 0.1 }));
    assert.equal(gaugeRr(equal).kind, 'noVariation');
  });

  it('of a perfect gauge has no limit of categories, and of a useless one has one category', () => {
    const perfect = studied(
      readingsOfCells([
        [
          [1, 1],
          [1, 1],
        ],
        [
          [2, 2],
          [2, 2],
        ],
      ]),
    );
    assert.deepEqual([perfect.distinctCategories, perfect.gaugeRr.sigma, perfect.verdict], [null, 0, 'acceptable']);
    assert.equal(perfect.isPooled, true);
    const useless = studied(
      readingsOfCells([
        [
          [1, 2],
          [2, 1],
        ],
        [
          [2, 1],
          [1, 2],
        ],
      ]),
    );
    assert.deepEqual([useless.distinctCategories, useless.verdict], [1, 'notAcceptable']);
    assert.deepEqual([9.99, 10, 30, 30.01].map(gaugeVerdict), [
      'acceptable',
      'conditional',
      'conditional',
      'notAcceptable',
    ]);
  });
});

/** Fleiss 1971: the diagnoses, 1 to 5, of six psychiatrists for each of 30 patients. */
const diagnoses = `444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
  333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555`;

describe('agreement', () => {
  it("has the published kappa of Fleiss's diagnoses", () => {
    const counts = diagnoses
      .trim()
      .split(/\s+/)
      .map((patient) => ['1', '2', '3', '4', '5'].map((each) => patient.split(each).length - 1));
    published(fleissKappa(counts), '0.430');
  });

  it("is Cohen's kappa as worked by hand, and undefined when chance explains all", () => {
    const pairs = (both: number, first: number, second: number, neither: number) => [
      ...Array.from({ length: both }, () => [true, true] as const),
      ...Array.from({ length: first }, () => [true, false] as const),
      ...Array.from({ length: second }, () => [false, true] as const),
      ...Array.from({ length: neither }, () => [false, false] as const),
    ];
    // 35 of 50 agree; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5 would.
    same(cohenKappa(pairs(20, 5, 10, 15)), 0.4);
    assert.equal(cohenKappa(pairs(9, 0, 0, 0)), null);
    assert.equal(cohenKappa([]), null);
    assert.equal(fleissKappa([]), null);
    // A single rater agrees with nobody; of two, 2 of 3 agree, and half would by chance.
    assert.equal(
      fleissKappa([
        [1, 0],
        [0, 1],
      ]),
      null,
    );
    same(
      fleissKappa([
        [2, 0],
        [0, 2],
        [1, 1],
      ]),
      1 / 3,
    );
    assert.equal(
      fleissKappa([
        [1, 1],
        [2, 1],
      ]),
      null,
    );
    assert.equal(
      fleissKappa([
        [2, 0],
        [2, 0],
      ]),
      null,
    );
  });

  it('is counted by part for operators, and by call for misses and false alarms', () => {
    const table = { A: ['PP', 'PP', 'FF', 'FP'], B: ['PP', 'PF', 'FF', 'FF'] };
    const calls = Object.entries(table).flatMap(([operator, parts]) =>
      parts.flatMap((own, index) => Array.from(own, (call) => ({ part: `P${index}`, operator, passed: call === 'P' }))),
    );
    const reference = new Map([
      ['P0', true],
      ['P1', true],
      ['P2', false],
      ['P3', false],
    ]);
    const { operators, between, kappa } = attributeAgreement(calls, reference);
    const shares = operators.map(({ within, effectiveness, missRate, falseAlarmRate }) =>
      [within, effectiveness, missRate, falseAlarmRate].map((each) => (each.kind === 'share' ? each.share : null)),
    );
    assert.deepEqual(shares, [
      [0.75, 0.75, 0.25, 0],
      [0.75, 0.75, 0, 0.25],
    ]);
    assert.equal(between.kind === 'share' && between.share, 0.5);
    same(operators[0]?.kappa, 0.75);
    assert.ok(kappa !== null && kappa > 0);
    const alone = attributeAgreement(calls.slice(0, 1), new Map());
    assert.deepEqual(
      [alone.between, alone.operators[0]?.within, alone.operators[0]?.missRate, alone.kappa, alone.operators[0]?.kappa],
      [{ kind: 'noData' }, { kind: 'noData' }, { kind: 'noData' }, null, null],
    );
  });
});
