import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Pause } from '../../../src/shared/contract/pauses.ts';
import { nextPauseChange, pauseAt } from '../../../src/shared/uptime/pauses.ts';

const pause = (note: string, starts_at: string, ends_at: string | null): Pause => ({
  id: '11111111-1111-4111-8111-111111111111',
  kind: 'paused',
  starts_at,
  ends_at,
  note,
});
const lunch = pause('lunch', '2026-03-02T12:00:00Z', '2026-03-02T13:00:00Z');
const moving = pause('moving', '2026-03-02T18:00:00Z', null);
const pauses = [moving, lunch];
const at = (time: string): number => Date.parse(`2026-03-02T${time}Z`);

describe('pauses', () => {
  it('last from their start to before their end, and without an end for ever', () => {
    for (const [time, expected] of [
      ['11:59:59.999', undefined],
      ['12:00:00', 'lunch'],
      ['12:59:59.999', 'lunch'],
      ['13:00:00', undefined],
      ['17:59:59.999', undefined],
      ['18:00:00', 'moving'],
      ['23:59:59', 'moving'],
    ] as const) {
      assert.equal(pauseAt(pauses, at(time))?.note, expected, time);
    }
  });

  it('change at the next start or end after a time', () => {
    assert.equal(nextPauseChange(pauses, at('11:00:00')), at('12:00:00'));
    assert.equal(nextPauseChange(pauses, at('12:00:00')), at('13:00:00'));
    assert.equal(nextPauseChange(pauses, at('13:00:00')), at('18:00:00'));
    assert.equal(nextPauseChange(pauses, at('18:00:00')), undefined);
    assert.equal(nextPauseChange([], at('11:00:00')), undefined);
  });
});
