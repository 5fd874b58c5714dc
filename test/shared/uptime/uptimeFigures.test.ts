import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { sumOf, zeroDurations } from '../../../src/shared/uptime/uptime.ts';
import { figuresOf, formatLargestUnits } from '../../../src/shared/uptime/uptimeFigures.ts';

const figures = (time: Partial<ReturnType<typeof zeroDurations>>) => figuresOf({ ...zeroDurations(), ...time });
const day = 86_400_000;

describe('figures of uptime', () => {
  it('are rounded down: a millisecond down in a year of a thousand stations never reads 100', () => {
    assert.equal(figures({ up: 1000 * 365 * day - 1, down: 1 }).percent, 99.99);
    assert.equal(figures({ up: 1000 * 365 * day }).percent, 100);
    assert.equal(figures({ up: 1, down: 1000 * 365 * day }).percent, 0);
    assert.equal(figures({ up: 2, down: 1 }).percent, 66.66);
    assert.equal(figures({ up: 9982, down: 18 }).percent, 99.82);
    // Floating point would make 28.999… of them.
    assert.equal(figures({ up: 29, down: 71 }).percent, 29);
    assert.equal(figures({ up: 5799, down: 4201 }).percent, 57.99);
  });

  it('are of the observed time, with how much that was', () => {
    const { percent, coverage, observed, down } = figures({
      up: 60,
      down: 8,
      unknown: 32,
      maintenance: 500,
      none: 900,
    });
    assert.deepEqual({ percent, coverage, observed, down }, { percent: 88.23, coverage: 68, observed: 68, down: 8 });
    assert.equal(figures({ up: 999_999, unknown: 1 }).coverage, 99);
    assert.equal(figures({ up: 1, maintenance: 1000 }).coverage, 100);
  });

  it('are none below 1 percent of coverage, and without observed time', () => {
    assert.equal(figures({ up: 1, unknown: 99 }).percent, 100);
    assert.equal(figures({ up: 99, unknown: 9802 }).percent, null);
    assert.deepEqual(
      [figures({}), figures({ none: 5 }), figures({ unknown: 5 })].map(({ percent, coverage }) => [percent, coverage]),
      [
        [null, 0],
        [null, 0],
        [null, 0],
      ],
    );
  });

  it('of a fleet are those of its sums', () => {
    const [busy, idle] = [
      { ...zeroDurations(), up: 990, down: 10 },
      { ...zeroDurations(), up: 0, down: 10 },
    ];
    assert.equal(figuresOf(sumOf([busy, idle])).percent, 98.01); // the mean of 99 and 0 would be 49.5
  });

  it('say how a day is drawn', () => {
    for (const [kind, time] of [
      ['up', { up: 5, unknown: 50 }],
      ['partial', { up: 5, down: 1, maintenance: 90 }],
      ['down', { down: 1 }],
      ['maintenance', { maintenance: 5, paused: 4, unknown: 3 }],
      ['paused', { maintenance: 3, paused: 4, unknown: 3 }],
      ['unknown', { maintenance: 3, unknown: 3 }],
      ['unknown', { up: 1, unknown: 1000 }],
      ['none', { none: 7 }],
    ] as const) {
      assert.equal(figures(time).kind, kind, JSON.stringify(time));
    }
  });
});

describe('words of uptime', () => {
  it('name durations by their two largest units', () => {
    for (const [millis, words] of [
      [0, '0 s'],
      [1, '1 s'],
      [59_999, '59 s'],
      [60_000, '1 min'],
      [125_000, '2 min 5 s'],
      [7_500_000, '2 h 5 min'],
      [7_259_999, '2 h'],
      [day, '1 d'],
      [61 * day + 4 * 3_600_000 + 59_000, '61 d 4 h'],
    ] as const) {
      assert.equal(formatLargestUnits(millis), words);
    }
  });
});
