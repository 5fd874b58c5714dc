import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { statisticsPeriodOf } from '../../../src/shared/assistant/tools/inputs.ts';

const now = Date.parse('2026-11-29T08:00:00Z');

describe('the period of the tools of statistics', () => {
  it('is the last 90 days without since, and says so', () => {
    assert.deepEqual(statisticsPeriodOf({}, now), {
      since: '2026-08-31T08:00:00.000Z',
      until: null,
      period: 'last 90 days; pass since for more',
    });
    assert.equal(statisticsPeriodOf({ since: ' ' }, now).since, '2026-08-31T08:00:00.000Z');
  });

  it('is the 90 days before until if only until is given', () => {
    assert.deepEqual(statisticsPeriodOf({ until: '2026-04-01T00:00:00+02:00' }, now), {
      since: '2025-12-31T22:00:00.000Z',
      until: '2026-03-31T22:00:00.000Z',
      period: '90 days before until; pass since for more',
    });
  });

  it('is as given with since, however long ago', () => {
    assert.deepEqual(statisticsPeriodOf({ since: '2001-01-01T00:00:00Z' }, now), {
      since: '2001-01-01T00:00:00.000Z',
      until: null,
      period: 'as given',
    });
  });

  it('begins no earlier than the year 1 and no later than it ends', () => {
    for (const until of ['0001-01-05T00:00:00Z', '0000-06-01T00:00:00Z']) {
      const period = statisticsPeriodOf({ until }, now);
      assert.match(period.since ?? '', /^\d{4}-/);
      assert.ok((period.since ?? '') <= (period.until ?? ''));
    }
  });
});
