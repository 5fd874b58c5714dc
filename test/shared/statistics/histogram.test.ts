import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { histogramOf } from '../../../src/shared/statistics/histogram.ts';
import { mavro, michelson } from './publishedData.ts';
import { finite, normalValues, randomNumbers, seed, withSeed } from './support.ts';

function binsOf(...[values, limits]: Parameters<typeof histogramOf>) {
  const answer = histogramOf(values, limits);
  assert.ok(answer.kind === 'bins', answer.kind);
  finite(answer);
  return answer;
}

const numbers = fc.oneof(
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.integer({ min: 0, max: 15 }),
  fc.constantFrom(-1e30, 1e30, 1e-30, 0.1, 0.2, 0.3),
);
const limit = fc.oneof(
  fc.constant(null),
  fc.double({ min: -150, max: 150, noNaN: true }),
  fc.integer({ min: 0, max: 15 }),
);

describe(`a histogram (${withSeed})`, () => {
  it('has the published numbers of bins', () => {
    assert.equal(binsOf(michelson).bins.length, 13);
    assert.equal(binsOf(mavro).bins.length, 5);
  });

  it('counts each value once, in the bin whose edges it is between', () => {
    const input = fc.record({
      values: fc.array(numbers, { minLength: 20, maxLength: 200 }),
      lower: limit,
      upper: limit,
    });
    fc.assert(
      fc.property(input, ({ values, lower, upper }) => {
        const answer = histogramOf(values, { lower, upper });
        finite(answer);
        if (answer.kind === 'bars') {
          for (const { value, count } of answer.bars) {
            assert.equal(values.filter((each) => each === value).length, count);
          }
          assert.equal(answer.bars.length, new Set(values.map((value) => value + 0)).size);
          return;
        }
        assert.ok(answer.kind === 'bins');
        const { bins, below, above } = answer;
        assert.ok(bins.length >= 1 && bins.length <= 90, `${bins.length} bins`);
        for (const [index, { from, to, count }] of bins.entries()) {
          const isLast = index === bins.length - 1;
          assert.ok(from < to);
          if (!isLast) assert.equal(to, bins[index + 1]?.from);
          assert.equal(
            values.filter((value) => value >= from && (value < to || (isLast && value === to))).length,
            count,
          );
        }
        assert.equal(values.filter((value) => value < (bins[0]?.from ?? 0)).length, below);
        assert.equal(values.filter((value) => value > (bins.at(-1)?.to ?? 0)).length, above);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('has bins of one width, with edges at limits that are near', () => {
    const values = normalValues(2000, randomNumbers(), 5, 0.1);
    const { bins, below, above } = binsOf(values, { lower: 4.7, upper: 5.31 });
    const edges = [...bins.map(({ from }) => from), bins.at(-1)?.to];
    assert.ok(edges.includes(4.7) && edges.includes(5.31));
    const widths = bins.map(({ from, to }) => to - from);
    assert.ok(Math.max(...widths) - Math.min(...widths) < 1e-9);
    assert.deepEqual([below, above], [0, 0]);
    const wide = binsOf(values, { lower: 4, upper: 6 }).bins;
    assert.deepEqual([wide[0]?.from, wide.at(-1)?.to], [4, 6]);
    const far = binsOf(values, { lower: -100, upper: null }).bins;
    assert.deepEqual(far, binsOf(values).bins);
    const tight = binsOf(values, { lower: 5, upper: 5.0001 }).bins;
    assert.ok(tight.some(({ from }) => from === 5) && tight.length <= 62);
  });

  it('keeps outliers from hiding all other values', () => {
    const { bins, below, above } = binsOf([...normalValues(500, randomNumbers()), 9e30, -400]);
    assert.deepEqual([below, above], [1, 1]);
    assert.ok(bins.filter(({ count }) => count > 0).length >= 5);
  });

  it('shows few values as dots and few distinct values as bars', () => {
    assert.deepEqual(histogramOf([]), { kind: 'noData' });
    assert.deepEqual(histogramOf([3, 1, 2]), { kind: 'values', values: [1, 2, 3] });
    assert.deepEqual(histogramOf(new Array<number>(30).fill(0.1)), { kind: 'bars', bars: [{ value: 0.1, count: 30 }] });
    const dice = Array.from({ length: 60 }, (_, index) => (index % 6) + 1);
    const answer = histogramOf(dice);
    assert.deepEqual(answer, { kind: 'bars', bars: [1, 2, 3, 4, 5, 6].map((value) => ({ value, count: 10 })) });
  });

  it('has a bin for each step of a coarse instrument', () => {
    const values = Array.from({ length: 5000 }, (_, index) => (index % 10) * 0.5);
    const { bins } = binsOf(values);
    assert.deepEqual(
      bins.map(({ count }) => count),
      new Array<number>(10).fill(500),
    );
  });
});
