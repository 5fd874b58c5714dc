import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseDuration, toIsoDuration } from '../../../src/shared/format/duration.ts';

describe('ISO 8601 durations', () => {
  it('parses ISO 8601 durations', () => {
    for (const [text, millis] of [
      ['PT0S', 0],
      ['PT1M45S', 105_000],
      ['P1DT2H1.500000S', 93_601_500],
      ['PT0.5H', 1_800_000],
      ['P2W', 1_209_600_000],
    ] as const) {
      assert.equal(parseDuration(text), millis, text);
    }
  });

  it('rejects text that is no ISO 8601 duration', () => {
    for (const text of ['', 'P', 'PT', 'P1Y', 'P1M', '105', 'PT-1S', '-PT1S', 'PT1S ', 'P1DT', 'PT1S1M']) {
      assert.equal(parseDuration(text), null, text);
    }
  });

  it('rounds to whole milliseconds', () => {
    for (const [millis, text] of [
      [1499.6, 'PT1.5S'],
      [1500.4, 'PT1.5S'],
      [59_999.7, 'PT1M'],
    ] as const) {
      assert.equal(toIsoDuration(millis), text);
    }
  });

  it('formats durations that parse to the same value', () => {
    for (const [millis, text] of [
      [0, 'PT0S'],
      [-5, 'PT0S'],
      [1, 'PT0.001S'],
      [105_000, 'PT1M45S'],
      [86_400_000, 'P1D'],
      [93_601_500, 'P1DT2H1.5S'],
    ] as const) {
      assert.equal(toIsoDuration(millis), text);
      assert.equal(parseDuration(text), Math.max(0, millis));
    }
  });
});
