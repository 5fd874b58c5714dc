import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PastUnits } from '../../../src/shared/analytics/pastUnits.ts';

describe('past units', () => {
  const units = new PastUnits({
    values: [1, 2, 3, 4, 5],
    passed: [true, true, false, true, false],
    started_at: [10, 20, 30, 40, 50],
    run_ids: ['r1', 'r2', 'r3', 'r4', 'r5'],
    serial_numbers: ['A', 'B', 'A', 'C', 'D'],
  });

  it('count each unit with its newest value', () => {
    assert.equal(units.count, 4);
    // The standard deviation of all values is 1.58.
    assert.equal(units.digits, 1);
  });

  it('change their verdicts by other limits, and are listed from the newest on', () => {
    const a = { serialNumber: 'A', value: 3, runId: 'r3', startedAt: 30 };
    const b = { serialNumber: 'B', value: 2, runId: 'r2', startedAt: 20 };
    const c = { serialNumber: 'C', value: 4, runId: 'r4', startedAt: 40 };
    const d = { serialNumber: 'D', value: 5, runId: 'r5', startedAt: 50 };
    assert.deepEqual(units.changes({ lower: null, upper: null }), { toFail: [], toPass: [d, a] });
    assert.deepEqual(units.changes({ lower: 9, upper: null }), { toFail: [c, b], toPass: [] });
    assert.deepEqual(units.changes({ lower: 3, upper: 4 }), { toFail: [b], toPass: [a] });
  });
});
