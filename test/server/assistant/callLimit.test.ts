import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CallLimit } from '../../../src/server/assistant/callLimit.ts';

describe('the limit of calls', () => {
  it('admits a number of calls a minute and then says when the next minute begins', () => {
    const limit = new CallLimit(3);
    assert.deepEqual(
      [0, 10, 20, 30_000, 59_999, 60_000].map((now) => limit.secondsToWait('a', now)),
      [0, 0, 0, 30, 1, 0],
    );
  });

  it('counts each key on its own', () => {
    const limit = new CallLimit(1);
    assert.equal(limit.secondsToWait('a', 0), 0);
    assert.equal(limit.secondsToWait('b', 1), 0);
    assert.equal(limit.secondsToWait('a', 2), 60);
    assert.equal(limit.secondsToWait('b', 60_000), 1);
    assert.equal(limit.secondsToWait('a', 60_000), 0);
  });
});
