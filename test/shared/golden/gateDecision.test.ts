import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gateDecision } from '../../../src/shared/golden/gateDecision.ts';

const states = ['never', 'valid', 'due', 'failed'] as const;
const flags = [false, true];

/** Every way to start a script. */
const starts = states.flatMap((state) =>
  (['warn', 'refuse'] as const).flatMap((without) =>
    flags.flatMap((isSample) =>
      flags.flatMap((isOperated) => flags.map((isCurrent) => ({ state, without, isSample, isOperated, isCurrent }))),
    ),
  ),
);

describe('the decision whether a script may start', () => {
  it('always lets samples and stations with a valid check start without a question', () => {
    for (const start of starts.filter(({ state, isSample }) => state === 'valid' || isSample)) {
      assert.equal(gateDecision(start), 'start', JSON.stringify(start));
    }
  });

  it('prevents another unit only by a rule that refuses and a state that the server has just reported', () => {
    for (const start of starts) {
      const isPrevented = ['refuse', 'sampleOnly'].includes(gateDecision(start));
      const isExpected = start.without === 'refuse' && start.isCurrent && start.state !== 'valid' && !start.isSample;
      assert.equal(isPrevented, isExpected, JSON.stringify(start));
    }
  });

  it('never asks an operator, who does not see the editor, and warns everyone else', () => {
    for (const start of starts) {
      const isQuestion = ['choose', 'sampleOnly'].includes(gateDecision(start));
      assert.equal(isQuestion, !start.isOperated && start.state !== 'valid' && !start.isSample, JSON.stringify(start));
    }
  });
});
