import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { histogramImage } from '../../../src/extension/insight/hints/histogramImage.ts';
import { sparkline } from '../../../src/shared/format/sparkline.ts';

const reading = fc.double({ noNaN: true, min: -1e30, max: 1e30 });
const limit = fc.option(reading);

const svgOf = (values: readonly number[], lower: number | null, upper: number | null): string | undefined => {
  const uri = histogramImage(values, { lower, upper }, '#333333')?.uri;
  return uri && Buffer.from(uri.replace('data:image/svg+xml;base64,', ''), 'base64').toString();
};

describe('the histogram of a hover', () => {
  it('draws all numbers inside the picture', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 120 }), limit, limit, (values, lower, upper) => {
        const svg = svgOf(values, lower, upper);
        if (values.length === 0) return svg === undefined;
        assert.ok(svg);
        assert.doesNotMatch(svg, /NaN|Infinity|null|undefined/);
        for (const [, x, wide] of svg.matchAll(/<rect x="([^"]*)" y="[^"]*" width="([^"]*)"/g)) {
          assert.ok(Number(x) >= 0 && Number(x) + Number(wide) <= 321, svg);
        }
        return true;
      }),
    );
  });

  it('has a line for each limit that is near the values', () => {
    const values = Array.from({ length: 100 }, (_, n) => 10 + Math.sin(n));
    assert.equal(svgOf(values, 8, 12)?.match(/stroke-dasharray/g)?.length, 2);
    assert.equal(svgOf(values, 8, null)?.match(/stroke-dasharray/g)?.length, 1);
    assert.equal(svgOf(values, -1000, 12)?.match(/stroke-dasharray/g)?.length, 1);
    assert.equal(svgOf([5, 5, 5], 4.99, 5.01)?.match(/stroke-dasharray/g)?.length, 2);
  });
});

describe('a sparkline', () => {
  it('shows the course of values by the means of their parts', () => {
    assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), '▁▂▃▄▅▆▇█');
    assert.equal(sparkline([0, 0, 10, 10], 2), '▁█');
    assert.equal(sparkline([3, 3, 3]), '▄▄▄');
    assert.equal(sparkline([1]), '');
  });

  it('is made of blocks whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 2, maxLength: 150 }), (values) => {
        assert.match(sparkline(values), /^[▁▂▃▄▅▆▇█]{2,12}$/);
      }),
    );
  });
});
