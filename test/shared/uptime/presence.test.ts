import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  applyLateHeartbeat,
  heartbeatTimeoutMs,
  isGap,
  type PresenceReport,
} from '../../../src/shared/uptime/presence.ts';
import type { TimeSpan } from '../../../src/shared/uptime/uptimeHistory.ts';

const minute = 60_000;

describe('heartbeats', () => {
  it('counts a heartbeat as missed after 2.5 intervals and at least a minute', () => {
    assert.deepEqual([1_000, 24_000, 30_000, 3_600_000].map(heartbeatTimeoutMs), [minute, minute, 75_000, 9_000_000]);
  });

  describe('that come late', () => {
    const everything = [{ from: 0, to: 1_000 * minute }];
    const up = (at: number): PresenceReport => ({ at: at * minute, isUp: true, cause: 'heartbeat' });
    const missed = (at: number): PresenceReport => ({ at: at * minute, isUp: false, cause: 'heartbeat-missed' });
    const left = (at: number): PresenceReport => ({ at: at * minute, isUp: false, cause: 'heartbeat' });
    /** Of a station that tells once a minute: it is missed after 2.5. */
    const late = (
      told: readonly PresenceReport[],
      at: number,
      observed: readonly TimeSpan[] = everything,
      farewell = false,
    ) => applyLateHeartbeat(told, { at: at * minute, interval: minute, farewell }, observed);

    it('creates a history from late heartbeats', () => {
      assert.deepEqual(late([], 10), [up(10), missed(11)]);
      assert.deepEqual(late([], 10, []), []);
      assert.deepEqual(late([], 10, [{ from: 10.5 * minute, to: 99 * minute }]), [up(10.5), missed(11)]);
    });

    it('changes nothing for a late heartbeat while the station was connected', () => {
      assert.deepEqual(late([up(1), missed(20)], 10), [up(1), missed(20)]);
      assert.deepEqual(late([up(1)], 10), [up(1)]);
    });

    it('connects a late heartbeat with the previous one if none was missed between them', () => {
      assert.deepEqual(late([up(1), missed(3)], 4), [up(1), missed(5)]);
      assert.deepEqual(late([up(1), missed(3)], 4.5), [up(1), missed(5.5)]);
      assert.deepEqual(late([up(1), missed(3)], 4.6), [up(1), missed(3), up(4.6), missed(5.6)]);
      assert.deepEqual(late([up(1), left(3)], 4), [up(1), left(3), up(4), missed(5)]);
    });

    it('connects a late heartbeat with the next one if none was missed between them', () => {
      assert.deepEqual(late([up(1), missed(2), up(20)], 18), [up(1), missed(2), up(18)]);
      assert.deepEqual(late([up(1), missed(2), up(20)], 17.5), [up(1), missed(2), up(17.5)]);
      assert.deepEqual(late([up(1), missed(2), up(20)], 17), [up(1), missed(2), up(17), missed(18), up(20)]);
      assert.deepEqual(late([up(1), missed(2), up(4)], 3), [up(1)]);
    });

    it('connects a late heartbeat with the next one after a disconnect at the end of its interval', () => {
      assert.deepEqual(late([up(1), missed(2), up(8.5), missed(9), up(10)], 8), [up(1), missed(2), up(8)]);
    });

    it('changes nothing for a late heartbeat at the moment of a connection', () => {
      assert.deepEqual(late([up(1), missed(2), up(3)], 3), [up(1), missed(2), up(3)]);
    });

    it('adds no unobserved time for a late heartbeat', () => {
      const observed = [
        { from: 0, to: 10.2 * minute },
        { from: 10.7 * minute, to: 99 * minute },
      ];
      assert.deepEqual(late([], 10, observed), [up(10), missed(10.2), up(10.7), missed(11)]);
    });

    it('ends the connection at a late clean disconnect', () => {
      assert.deepEqual(late([up(1), missed(5)], 4.5, everything, true), [up(1), left(4.5)]);
      assert.deepEqual(late([up(1), missed(5)], 4, everything, true), [up(1), left(4)]);
      assert.deepEqual(late([up(1), missed(5)], 6, everything, true), [up(1), left(6)]);
      assert.deepEqual(late([up(1), missed(5)], 3, everything, true), [up(1), missed(5)]);
      assert.deepEqual(late([up(1), missed(5)], 9, everything, true), [up(1), missed(5)]);
      assert.deepEqual(late([], 9, everything, true), []);
    });

    const time = fc.integer({ min: 0, max: 40 });
    const histories = fc
      .tuple(fc.uniqueArray(time, { maxLength: 12 }), fc.boolean())
      .map(([times]) => times.toSorted((a, b) => a - b).map((at, n) => (n % 2 === 0 ? up(at) : missed(at))));
    const spans = fc
      .uniqueArray(time, { maxLength: 6 })
      .map((times) => times.toSorted((a, b) => a - b).map((at) => at * minute))
      .map((at) =>
        Array.from({ length: at.length >> 1 }, (_, n) => ({ from: at[2 * n] ?? 0, to: at[2 * n + 1] ?? 0 })),
      );
    const isUp = (told: readonly PresenceReport[], at: number): boolean =>
      told.findLast((each) => each.at <= at)?.isUp ?? false;
    const halves = Array.from({ length: 90 }, (_, n) => (n - 2) * (minute / 2));

    it('keeps the history alternating and adds only observed time for late heartbeats', () => {
      fc.assert(
        fc.property(histories, time, spans, (told, at, observed) => {
          const after = late(told, at, observed);
          for (const [n, each] of after.entries()) {
            assert.equal(each.isUp, n % 2 === 0, JSON.stringify(after));
            assert.ok(each.at > (after[n - 1]?.at ?? -1));
          }
          for (const half of halves) {
            const watched = observed.some(({ from, to }) => from <= half && half < to);
            const spokenFor = at * minute <= half && half < (at + 1) * minute;
            if (isUp(told, half)) assert.ok(isUp(after, half));
            else if (!watched) assert.ok(!isUp(after, half));
            else if (spokenFor) assert.ok(isUp(after, half));
            else if (Math.abs(half - at * minute) > 3 * minute) assert.ok(!isUp(after, half));
          }
          assert.deepEqual(late(after, at, observed), after, 'the same again changes something');
        }),
      );
    });
  });
});

describe('a gap in watching', () => {
  const tick = 15_000;
  it('detects an observation gap by either clock', () => {
    assert.equal(isGap({ wall: tick, monotonic: tick }, tick), false);
    assert.equal(isGap({ wall: 40_000, monotonic: 40_000 }, tick), false);
    assert.equal(isGap({ wall: 46_000, monotonic: 46_000 }, tick), true);
    assert.equal(isGap({ wall: 3_600_000, monotonic: 100 }, tick), true);
    assert.equal(isGap({ wall: tick - 3_600_000, monotonic: tick }, tick), true);
    assert.equal(isGap({ wall: tick + 29_000, monotonic: tick }, tick), false);
    assert.equal(isGap({ wall: tick + 30_000, monotonic: tick }, tick), false);
    assert.equal(isGap({ wall: tick + 30_001, monotonic: tick }, tick), true);
    assert.equal(isGap({ wall: 45_000, monotonic: 45_000 }, tick), false);
    assert.equal(isGap({ wall: 45_001, monotonic: 45_001 }, tick), true);
    assert.equal(isGap({ wall: 0, monotonic: 0 }, tick), false);
  });
});
