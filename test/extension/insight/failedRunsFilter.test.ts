import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { failedRunsFilter } from '../../../src/extension/insight/failedRunsFilter.ts';
import { runsQuery } from '../../../src/shared/run/runsFilter.ts';

describe('the filter for the runs behind a failure', () => {
  it('is about the days of the page, today included, on all stations', () => {
    const procedure = { id: 'f2b1c9f0-2d0c-4a52-9d07-3f3b6a3f7a11', name: 'Functional test' };
    const now = new Date();
    const query = runsQuery(failedRunsFilter(procedure, 'rail_3v3', 7), undefined, now.getTime());
    const firstDay = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 6);
    assert.deepEqual(query, {
      procedure_ids: [procedure.id],
      failed_measurements: ['rail_3v3'],
      started_after: firstDay.toISOString(),
    });
    assert.equal(runsQuery(failedRunsFilter(procedure, 'rail_3v3', null), undefined, 0)?.started_after, undefined);
  });
});
