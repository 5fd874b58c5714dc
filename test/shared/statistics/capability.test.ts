import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type CapabilityFigures,
  capabilityIndexes,
  capabilityOf,
  cpInterval,
  cpkInterval,
  quantilePpk,
  type SpecLimits,
} from '../../../src/shared/statistics/capability.ts';
import { mergeMoments, momentsOf, noMoments } from '../../../src/shared/statistics/moments.ts';
import {
  joinMovingRanges,
  movingRangesOf,
  noMovingRanges,
  poolMovingRanges,
} from '../../../src/shared/statistics/series.ts';
import { flowRate, glassStrength, jets } from './publishedData.ts';
import { finite, near, normalValues, published, quantile, randomNumbers, same, withSeed } from './support.ts';

const dataOf = (values: readonly number[], outOfRange = 0) => ({
  moments: momentsOf(values),
  movingRanges: movingRangesOf(values),
  outOfRange,
});

function figuresOf(values: readonly number[], limits: SpecLimits): CapabilityFigures {
  const answer = capabilityOf(dataOf(values), limits);
  assert.ok(answer.kind === 'capability');
  return answer;
}

describe(`capability (${withSeed})`, () => {
  it("has the values of NIST's example", () => {
    const indexes = capabilityIndexes(16, 2, { lower: 8, upper: 20 });
    published(indexes?.spread, '1.0');
    published(indexes?.nearer, '0.6667');
    published(indexes?.upper, '0.6667');
    published(indexes?.lower, '1.3333');
  });

  it("has the values of Montgomery's piston rings", () => {
    const indexes = capabilityIndexes(74.00118, 0.02276 / 2.326, { lower: 73.95, upper: 74.05 });
    published(indexes?.spread, '1.70');
    published(indexes?.nearer, '1.66');
  });

  it('has the published figures of the flow rate', () => {
    const limits = { lower: 44, upper: 58 };
    const { sigmaWithin, sigmaOverall, pp, ppk, cp, cpk } = figuresOf(flowRate, limits);
    published(sigmaWithin, '1.664697');
    published(sigmaOverall, '2.033852');
    published(cp?.value, '1.401657');
    published(cpk?.value, '1.363612');
    published(pp?.value, '1.147248');
    published(ppk.value, '1.116109');
    published(ppk.interval.lower, '0.560651');
    published(ppk.interval.upper, '1.671566');
    const within = capabilityIndexes(50.81, sigmaWithin ?? 0, limits);
    published(within?.lower, '1.363612');
    published(within?.upper, '1.439702');
    // Published with n - 1 degrees of freedom.
    const interval = cpkInterval(cpk?.value ?? 0, 10, 9);
    published(interval.lower, '0.700654');
    published(interval.upper, '2.026570');
    assert.ok(cpk && cpk.interval.lower < interval.lower && cpk.interval.upper > interval.upper);
  });

  it('has the published figures of the jets', () => {
    const { mean, sigmaWithin, sigmaOverall, pp, ppk, cp, cpk } = figuresOf(jets, { lower: 65, upper: 95 });
    published(mean, '80.39');
    published(sigmaWithin, '4.721911');
    published(sigmaOverall, '4.516042');
    published(cp?.value, '1.058893');
    published(cpk?.value, '1.031362');
    published(pp?.value, '1.107164');
    published(ppk.value, '1.078378');
    published(ppk.interval.lower, '0.705685');
    published(ppk.interval.upper, '1.451071');
    const interval = cpkInterval(cpk?.value ?? 0, 20, 19);
    published(interval.lower, '0.672374');
    published(interval.upper, '1.390351');
  });

  it('has the published intervals of Cp and Cpk', () => {
    const cp = capabilityIndexes(50, 1.75, { lower: 38, upper: 62 })?.spread ?? 0;
    published(cp, '2.285714');
    published(cpInterval(cp, 19).lower, '1.564945');
    published(cpInterval(cp, 19).upper, '3.005579');
    published(capabilityIndexes(97, 1.6, { lower: 90, upper: 100 })?.nearer, '0.625');
    published(cpkInterval(0.625, 30, 29).lower, '0.424751');
    published(cpkInterval(0.625, 30, 29).upper, '0.825249');
    for (const [n, low, high, lower, upper, bound] of [
      [10, '0.5478', '1.4538', '0.6818', '1.9782', '0.7860'],
      [20, '0.6847', '1.3149', '0.8826', '1.7774', '0.9545'],
      [30, '0.7439', '1.2556', '0.9675', '1.6925', '1.0258'],
      [50, '0.8025', '1.1971', '1.0509', '1.6091', '1.0958'],
      [100, '0.8608', '1.1389', '1.1336', '1.5264', '1.1651'],
      [300, '0.9199', '1.0801', '1.2169', '1.4431', '1.2351'],
      [1000, '0.9561', '1.0438', '1.2681', '1.3919', '1.2781'],
    ] as const) {
      published(cpInterval(1, n - 1).lower, low);
      published(cpInterval(1, n - 1).upper, high);
      published(cpkInterval(1.33, n, n - 1).lower, lower);
      published(cpkInterval(1.33, n, n - 1).upper, upper);
      published(cpkInterval(1.33, n, n - 1, 0.9).lower, bound);
    }
  });

  it('has intervals of all four indexes, which for Cp and Cpk have the degrees of freedom of moving ranges', () => {
    const { pp, cp, cpk } = figuresOf(jets, { lower: 65, upper: 95 });
    assert.ok(pp && cp && cpk);
    published(pp.interval.lower / pp.value, '0.6847');
    published(pp.interval.upper / pp.value, '1.3149');
    const degrees = 0.61 * 19;
    assert.deepEqual(cp.interval, cpInterval(cp.value, degrees));
    assert.deepEqual(cpk.interval, cpkInterval(cpk.value, 20, degrees));
    assert.deepEqual([cp.atLeast, cp.atMost], Object.values(cpInterval(cp.value, degrees, 0.9)));
    const unordered = capabilityOf(
      { moments: momentsOf(jets), movingRanges: null, outOfRange: 0 },
      { lower: 65, upper: 95 },
    );
    assert.ok(unordered.kind === 'capability');
    assert.deepEqual([unordered.sigmaWithin, unordered.cp, unordered.cpk], [null, null, null]);
    assert.deepEqual(unordered.pp, pp);
  });

  it('has only the index of the side that has a limit', () => {
    assert.deepEqual(capabilityIndexes(16, 2, { lower: 10, upper: null }), {
      spread: null,
      lower: 1,
      upper: null,
      nearer: 1,
    });
    assert.deepEqual(capabilityIndexes(16, 2, { lower: null, upper: 28 }), {
      spread: null,
      lower: null,
      upper: 2,
      nearer: 2,
    });
    assert.deepEqual(capabilityIndexes(16, 2, { lower: 10, upper: 28 }), {
      spread: 1.5,
      lower: 1,
      upper: 2,
      nearer: 1,
    });
    assert.equal(capabilityIndexes(16, 2, { lower: null, upper: null }), null);
    for (const limits of [
      { lower: -5, upper: null },
      { lower: null, upper: 5 },
      { lower: 0, upper: 5 },
      { lower: -5, upper: 0 },
    ]) {
      assert.equal(capabilityIndexes(0, 1e-200, limits), null, JSON.stringify(limits));
      assert.equal(capabilityIndexes(0, 0, limits), null, JSON.stringify(limits));
    }
  });

  it('has no index of the spread with a single limit', () => {
    const { mean, sigmaOverall, pp, ppk, cp, cpk } = figuresOf(glassStrength, { lower: 200, upper: null });
    published(mean, '262.9');
    published(sigmaOverall, '38.127073');
    published(ppk.value, '0.549915');
    assert.deepEqual([pp, cp], [null, null]);
    assert.ok(cpk);
    const upper = figuresOf(glassStrength, { lower: null, upper: 400 });
    same(upper.ppk.value, (400 - 262.9) / (3 * sigmaOverall), 1e-9);
  });

  it('says why there is no index', () => {
    const limits = { lower: 0, upper: 10 };
    assert.deepEqual(capabilityOf(dataOf(jets), { lower: null, upper: null }), { kind: 'noLimits' });
    assert.deepEqual(capabilityOf(dataOf([1, 2, 3]), limits), { kind: 'tooFew', count: 3, needed: 10 });
    assert.deepEqual(capabilityOf(dataOf([]), limits), { kind: 'tooFew', count: 0, needed: 10 });
    assert.deepEqual(capabilityOf(dataOf(new Array<number>(30).fill(0.1)), limits), {
      kind: 'noVariation',
      value: 0.1,
    });
    assert.deepEqual(capabilityOf(dataOf(jets, 1), limits), { kind: 'tooManyOutOfRange', count: 1, total: 21 });
    const many = normalValues(99, randomNumbers(), 5, 1);
    assert.equal(capabilityOf(dataOf(many, 1), limits).kind, 'capability');
    // Two levels, each without steps, in segments of their own.
    const levels = [new Array<number>(10).fill(1), new Array<number>(10).fill(2)];
    const answer = capabilityOf(
      { moments: momentsOf(levels.flat()), movingRanges: poolMovingRanges(levels.map(movingRangesOf)), outOfRange: 0 },
      limits,
    );
    assert.ok(answer.kind === 'capability');
    assert.deepEqual([answer.cp, answer.cpk], [null, null]);
    finite(answer);
  });

  it('is judged by its bounds', () => {
    const values = normalValues(200, randomNumbers());
    const verdictAt = (limit: number) => figuresOf(values, { lower: -limit, upper: limit }).verdict;
    assert.deepEqual([2, 4.1, 8].map(verdictAt), ['notCapable', 'undecided', 'capable']);
    assert.deepEqual(
      [
        figuresOf(values.slice(0, 29), { lower: -4, upper: 4 }).isUncertain,
        figuresOf(values.slice(0, 30), { lower: -4, upper: 4 }).isUncertain,
      ],
      [true, false],
    );
  });

  it('of days that are merged is that of all values', () => {
    const random = randomNumbers();
    const values = normalValues(300, random, 5, 1);
    const blocks = [0, 1, 2, 40, 41, 299].map((start, index, starts) => values.slice(start, starts[index + 1] ?? 300));
    const merged = capabilityOf(
      {
        moments: blocks.map(momentsOf).reduce(mergeMoments, noMoments),
        movingRanges: [...blocks, []].map(movingRangesOf).reduce(joinMovingRanges, noMovingRanges),
        outOfRange: 0,
      },
      { lower: 0, upper: 10 },
    );
    const whole = figuresOf(values, { lower: 0, upper: 10 });
    assert.ok(merged.kind === 'capability');
    same(merged.ppk.value, whole.ppk.value);
    same(merged.cpk?.interval.lower, whole.cpk?.interval.lower ?? null);
  });

  it('has intervals that include the true index as often as they say', () => {
    const random = randomNumbers();
    const hits = { ppk: 0, cpk: 0, bound: 0 };
    const rounds = 2000;
    for (let round = 0; round < rounds; round += 1) {
      const { ppk, cpk } = figuresOf(normalValues(50, random), { lower: -4, upper: 5 });
      const includes = (index: typeof cpk): boolean =>
        index !== null && index.interval.lower <= 4 / 3 && index.interval.upper >= 4 / 3;
      if (includes(ppk)) hits.ppk += 1;
      if (includes(cpk)) hits.cpk += 1;
      if (ppk.atLeast <= 4 / 3) hits.bound += 1;
    }
    near(hits.ppk / rounds, 0.95, 0.02);
    near(hits.cpk / rounds, 0.95, 0.02);
    near(hits.bound / rounds, 0.95, 0.02);
  });

  it('by quantiles agrees with Ppk for normal values, and needs 1000 of them', () => {
    const values = normalValues(20_000, randomNumbers());
    const answer = quantilePpk(values.length, (share) => quantile(values, share), { lower: -3, upper: 4 });
    assert.ok(answer.kind === 'index');
    near(answer.value, 1, 0.1);
    const none = (): null => null;
    // Even from 0 to 10: half of the values are between 0.0135 and 5, and half between 5 and 9.9865.
    const even = (share: number): number => 10 * share;
    const byQuantiles = (limits: SpecLimits, count = 1000) => {
      const found = quantilePpk(count, even, limits);
      return found.kind === 'index' ? found.value : found.kind;
    };
    same(Number(byQuantiles({ lower: 2, upper: null })), 3 / 4.9865);
    same(Number(byQuantiles({ lower: null, upper: 7 })), 2 / 4.9865);
    same(Number(byQuantiles({ lower: null, upper: 12 })), 7 / 4.9865);
    same(Number(byQuantiles({ lower: 2, upper: 7 })), 2 / 4.9865);
    same(Number(byQuantiles({ lower: 4, upper: 7 })), 1 / 4.9865);
    assert.equal(byQuantiles({ lower: 2, upper: 7 }, 999), 'tooFew');
    for (const missing of [0.00135, 0.5, 0.99865]) {
      const found = quantilePpk(2000, (share) => (share === missing ? null : 10 * share), { lower: 2, upper: 7 });
      assert.deepEqual(found, { kind: 'tooFew', count: 0, needed: 1000 });
    }
    assert.deepEqual(quantilePpk(999, none, { lower: 0, upper: null }), { kind: 'tooFew', count: 999, needed: 1000 });
    assert.deepEqual(
      quantilePpk(5000, () => 2, { lower: 0, upper: null }),
      { kind: 'noVariation', value: 2 },
    );
    assert.deepEqual(quantilePpk(5000, none, { lower: null, upper: null }), { kind: 'noLimits' });
  });

  it('has only finite indexes and bounds, however small the variation is', () => {
    for (let exponent = -320; exponent <= 0; exponent += 1) {
      const tiny = 10 ** exponent;
      const movingRanges = { first: 0, last: tiny, count: 1, sum: tiny };
      for (const values of [
        [0, tiny],
        [0, 1],
      ]) {
        const moments = momentsOf(Array.from({ length: 12 }, (_, index) => values[index % 2] ?? 0));
        const found = capabilityOf({ moments, movingRanges, outOfRange: 0 }, { lower: -5, upper: 5 });
        if (found.kind === 'noVariation') continue;
        assert.ok(found.kind === 'capability');
        for (const index of [found.ppk, found.pp, found.cpk, found.cp]) {
          if (index === null) continue;
          const { value, interval, atLeast, atMost } = index;
          assert.ok([value, interval.lower, interval.upper, atLeast, atMost].every(Number.isFinite), `10^${exponent}`);
        }
      }
    }
  });
});
