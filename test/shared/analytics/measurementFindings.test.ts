import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findingsOf } from '../../../src/shared/analytics/measurementFindings.ts';
import { normalValues, randomNumbers, withSeed } from '../statistics/support.ts';
import { summary } from './summary.ts';

const index = (value: number, atLeast: number) => ({
  value,
  lower: atLeast,
  upper: value,
  at_least: atLeast,
  at_most: value,
});
const capability = (count: number, ppk: number, atLeast: number) =>
  ({
    kind: 'capability',
    count,
    sigma_within: 1,
    ppk: index(ppk, atLeast),
    pp: null,
    cpk: null,
    cp: null,
    is_uncertain: false,
    verdict: 'capable',
  }) as const;
const kinds = (part: Parameters<typeof summary>[0]): string[] => findingsOf(summary(part)).map(({ kind }) => kind);

describe('the findings of a measurement', () => {
  it(`report few stable processes and nearly all that shift by two sigmas (${withSeed})`, () => {
    const random = randomNumbers();
    const isReported = (shift: number): boolean =>
      kinds({ recent: [...normalValues(80, random), ...normalValues(20, random, shift)] }).includes('outOfControl');
    const share = (shift: number): number =>
      Array.from({ length: 2000 }, () => isReported(shift)).filter(Boolean).length / 2000;
    const [stable, shifted] = [share(0), share(2)];
    assert.ok(stable < 0.05, `${stable} of the stable processes are reported`);
    assert.ok(shifted > 0.98, `${shifted} of the shifted processes are reported`);
  });

  it('name what was found', () => {
    const baseline = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? 1 : -1));
    const newest = Array.from({ length: 20 }, (_, n) => (n < 3 ? 50 : n < 15 ? 0.5 : -0.5));
    const [found] = findingsOf(summary({ recent: [...baseline, ...newest] }));
    assert.ok(found?.kind === 'outOfControl');
    const { beyond, inARow, newest: count, baseline: before } = found;
    assert.deepEqual({ beyond, inARow, count, before }, { beyond: 3, inARow: 15, count: 20, before: 60 });
  });

  it('are the same at any place and scale of the values', () => {
    const random = randomNumbers();
    for (let round = 0; round < 200; round += 1) {
      const recent = [...normalValues(60, random), ...normalValues(20, random, 2 * random())];
      const [found] = findingsOf(summary({ recent }));
      const [moved] = findingsOf(summary({ recent: recent.map((value) => 3300 + value / 1000) }));
      assert.equal(moved?.kind, found?.kind);
      if (found?.kind !== 'outOfControl' || moved?.kind !== 'outOfControl') continue;
      assert.deepEqual([moved.beyond, moved.inARow], [found.beyond, found.inARow]);
      assert.ok(Math.abs(moved.center - 3300 - found.center / 1000) < 1e-9);
      assert.ok(Math.abs(moved.upper - moved.lower - (found.upper - found.lower) / 1000) < 1e-9);
    }
  });

  it('need 50 values before the newest 20, of which two are beyond the limits', () => {
    const before = (count: number): number[] => Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 1 : -1));
    const newest = (count: number): number[] =>
      Array.from({ length: 20 }, (_, n) => (n < count ? 50 : n % 2 === 0 ? -0.5 : 0.5));
    assert.deepEqual(kinds({ recent: [...before(49), ...newest(2)] }), []);
    assert.deepEqual(kinds({ recent: [...before(50), ...newest(1)] }), []);
    const [found] = findingsOf(summary({ recent: [...before(50), ...newest(2)] }));
    assert.ok(found?.kind === 'outOfControl');
    assert.deepEqual([found.beyond, found.inARow], [2, 2]);
  });

  it('say nothing of control with few or equal values, or with one value that is far away', () => {
    const alternating = Array.from({ length: 80 }, (_, n) => (n % 2 === 0 ? 1 : -1));
    assert.deepEqual(kinds({ recent: [...alternating.slice(0, 49), ...Array<number>(20).fill(99)] }), []);
    assert.deepEqual(kinds({ recent: [...Array<number>(80).fill(1), ...Array<number>(20).fill(2)] }), []);
    assert.deepEqual(kinds({ recent: [...alternating.slice(0, 75), 99, ...alternating.slice(0, 4)] }), []);
  });

  it('report limits that are never reached only if the values prove it', () => {
    const wide = { count: 100, capability: capability(100, 3.6, 3.01) };
    assert.deepEqual(kinds(wide), ['neverFails']);
    assert.deepEqual(kinds({ ...wide, failed: 1 }), []);
    assert.deepEqual(kinds({ ...wide, capability: capability(100, 3.6, 3) }), []);
    assert.deepEqual(kinds({ ...wide, capability: capability(100, 3.6, 2.99) }), []);
    assert.deepEqual(kinds({ ...wide, capability: capability(99, 9, 8) }), []);
    assert.deepEqual(kinds({ ...wide, capability: { kind: 'no_variation' } }), []);
  });

  it('report frequent failures only if chance is no explanation of a share of 20%', () => {
    assert.deepEqual(kinds({ count: 29, failed: 29 }), []);
    assert.deepEqual(kinds({ count: 100, failed: 27 }), [], 'the interval is from 19.3% to 36.4%');
    assert.deepEqual(kinds({ count: 100, failed: 28 }), ['oftenFails'], 'the interval is from 20.1% to 37.5%');
    assert.deepEqual(kinds({ count: 30, failed: 30 }), ['oftenFails']);
  });
});
