import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gaugeCells, rangeLimit } from '../../../src/shared/analytics/gaugeCells.ts';
import { aiagReadings } from '../../support/gaugeExample.ts';

describe('the cells of a gauge study', () => {
  it("have the mean range and the control limit of AIAG's example", () => {
    const cells = gaugeCells(aiagReadings);
    assert.equal(cells.length, 30);
    const ranges = cells.map(({ range }) => range);
    assert.equal((ranges.reduce((sum, range) => sum + range, 0) / 30).toFixed(6), '0.341667');
    assert.equal(rangeLimit(ranges, 3)?.toFixed(3), '0.879');
    const mean = (operator: string): number =>
      cells.filter((cell) => cell.operator === operator).reduce((sum, cell) => sum + cell.mean, 0) / 10;
    assert.deepEqual(
      ['A', 'B', 'C'].map((operator) => mean(operator).toFixed(6)),
      ['0.190333', '0.068333', '-0.254333'],
    );
  });

  it('have no control limit without a factor for the number of trials', () => {
    assert.equal(rangeLimit([1, 2], 11), null);
    assert.equal(rangeLimit([], 3), null);
  });
});
