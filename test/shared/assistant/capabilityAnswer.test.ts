import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { capabilityAnswerOf } from '../../../src/shared/assistant/tools/capabilityAnswer.ts';
import type { Capability } from '../../../src/shared/contract/analytics.ts';

const index = { value: 1.5, lower: 1.234, upper: 1.766, at_least: 1.3, at_most: 1.7 };
const figures: Capability = {
  kind: 'capability',
  count: 120,
  sigma_within: 0.1,
  ppk: index,
  pp: index,
  cpk: null,
  cp: null,
  is_uncertain: false,
  verdict: 'undecided',
};

describe('what tools say about capability', () => {
  it('gives the interval with the index, and whether Ppk 1.33 is reached', () => {
    assert.deepEqual(capabilityAnswerOf(figures, true), {
      ppk: { value: 1.5, lower: 1.234, upper: 1.766 },
      cpk: null,
      verdict: 'undecided',
      sentence:
        'Ppk 1.50 of 120 values, with a 95 % confidence interval from 1.23 to 1.77. Whether it is at least 1.33 is undecided.',
    });
    const uncertain = capabilityAnswerOf({ ...figures, count: 12, is_uncertain: true }, true);
    assert.match(uncertain.sentence, /too wide to act on\.$/);
  });

  const sentences: [Capability, string][] = [
    [{ kind: 'too_few', count: 9, needed: 10 }, 'Ppk needs 10 values; there are 9.'],
    [{ kind: 'no_limits' }, 'Without limits there is no Ppk.'],
    [{ kind: 'no_variation' }, 'All values are equal, so that there is no Ppk.'],
    [
      { kind: 'too_many_out_of_range', count: 3, total: 100 },
      'There is no Ppk, because 3 of 100 values are beyond the range of the instrument.',
    ],
  ];
  for (const [capability, sentence] of sentences) {
    it(`says instead of a number: ${sentence}`, () => {
      assert.deepEqual(capabilityAnswerOf(capability, true), { ppk: null, cpk: null, verdict: null, sentence });
    });
  }

  it('gives no index for values that are not numbers', () => {
    assert.equal(capabilityAnswerOf(figures, false).ppk, null);
  });
});
