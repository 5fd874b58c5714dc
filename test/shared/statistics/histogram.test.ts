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

  it('has as many bins as Sturges says if the quartiles are equal', () => {
    const values = [...new Array<number>(80).fill(0), ...Array.from({ length: 20 }, (_, index) => index + 1)];
    const { bins, below, above } = binsOf(values);
    assert.deepEqual([bins.length, bins[0]?.from, bins.at(-1)?.to, below, above], [8, 0, 20, 0, 0]);
    assert.equal(binsOf(values.map((value) => value + 1000)).bins.length, 8);
    // Without a distance between the quartiles, no value is far away.
    assert.equal(binsOf([...values, 1e6]).above, 0);
  });

  it('leaves out what is farther from the quartiles than 20 times their distance', () => {
    // Quartiles at 25 and 75, so that the borders are at 1075 and -975.
    const even = Array.from({ length: 101 }, (_, index) => index);
    const ends = (...others: number[]) => {
      const { below, above } = binsOf([...even, ...even, ...even, ...even, ...others]);
      return [below, above];
    };
    assert.deepEqual(ends(1070, -970), [0, 0]);
    assert.deepEqual(ends(1080, -980), [1, 1]);
  });

  it('shows limits that are within three ranges of the values', () => {
    const values = Array.from({ length: 101 }, (_, index) => 100 + index);
    const ends = (lower: number | null, upper: number | null) => {
      const { bins } = binsOf(values, { lower, upper });
      return [bins[0]?.from ?? NaN, bins.at(-1)?.to ?? NaN];
    };
    assert.deepEqual(ends(-199, null), [-199, ends(-199, null)[1]]);
    assert.deepEqual(ends(null, 499)[1], 499);
    assert.deepEqual(ends(-201, null), ends(null, null));
    assert.deepEqual(ends(null, 501), ends(null, null));
    assert.deepEqual(ends(-200, 500), [-200, 500]);
  });

  it('has edges at both limits with several bins between them, in whatever order they are given', () => {
    const values = Array.from({ length: 1010 }, (_, index) => index / 10);
    const edgesOf = (limits: { lower: number; upper: number }) => binsOf(values, limits).bins.map(({ from }) => from);
    for (const limits of [
      { lower: 20.3, upper: 83.1 },
      { lower: 83.1, upper: 20.3 },
    ]) {
      const edges = edgesOf(limits);
      const [low, high] = [edges.indexOf(20.3), edges.indexOf(83.1)];
      assert.ok(low > 0 && high >= low + 3, edges.join());
      const width = (edges[2] ?? 0) - (edges[1] ?? 0);
      assert.ok(edges.slice(2, -1).every((edge, index) => Math.abs(edge - (edges[index + 1] ?? 0) - width) < 1e-9));
      const ideal = (2 * 50.45) / Math.cbrt(1010);
      assert.ok(Math.abs(width - ideal) < ideal / 4, `${width}`);
    }
    const random = randomNumbers();
    for (let round = 0; round < 300; round += 1) {
      const [lower = 0, upper = 0] = [random() * 100, random() * 100].toSorted((a, b) => a - b);
      if (upper - lower < 10) continue;
      const exact = edgesOf({ lower, upper });
      assert.ok(exact.includes(lower) && exact.includes(upper), `${lower} ${upper}`);
    }
    const close = edgesOf({ lower: 50, upper: 50.1 });
    assert.ok(close.includes(50) && !close.includes(50.1) && close.length < 15, close.join());
    assert.deepEqual(edgesOf({ lower: 50, upper: 50 }), close);
  });

  it('has bins from eight distinct values on', () => {
    const values = (distinct: number) => Array.from({ length: 80 }, (_, index) => index % distinct);
    assert.deepEqual([histogramOf(values(7)).kind, histogramOf(values(8)).kind], ['bars', 'bins']);
    assert.deepEqual(
      [histogramOf(values(60).slice(0, 19)).kind, histogramOf(values(60).slice(0, 20)).kind],
      ['values', 'bins'],
    );
  });
});
