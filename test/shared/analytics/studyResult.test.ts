import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { studyResult } from '../../../src/shared/analytics/studyResult.ts';
import { trialOrder } from '../../../src/shared/analytics/trialOrder.ts';
import type { Study, StudyValue } from '../../../src/shared/contract/studies.ts';
import { aiagReading } from '../../support/gaugeExample.ts';
import { published } from '../statistics/support.ts';

const id = '00000000-0000-4000-8000-000000000000';
const time = '2026-11-29T00:00:00Z';

/** Returns a study of AIAG's parts, whose runs have what `valueOf` returns. */
function study(valueOf: (part: number, appraiser: number, trial: number) => Partial<StudyValue> | null): Study {
  const counts = { parts: 10, appraisers: 3, trials: 3 };
  const plan = trialOrder(counts, 7).map((trial, index) => {
    const found = valueOf(trial.part, trial.appraiser, trial.trial);
    const value = { count: 1, value: null, units: 'mm', lower: -4, upper: 4, ...found };
    const run = { id, outcome: 'PASS' as const, started_at: time, values: [value] };
    return { ...trial, position: index + 1, run: found === null ? null : run, discarded: [] };
  });
  return {
    ...{ id, name: 'AIAG', procedure: { id, name: 'THICK' }, active_since: null, created_at: time, trials: 3, seed: 7 },
    ...{ run_count: 90, done: 90, next: null, other_run: null, plan },
    measurements: [{ phase_name: 'measure', measurement_name: 'thickness' }],
    parts: Array.from({ length: 10 }, (_, index) => ({
      serial_number: `P${index}`,
      is_good: index < 9 ? index < 5 : null,
    })),
    appraisers: ['A', 'B', 'C'].map((name) => ({ name, station: { id, name: 'Bench' } })),
  };
}

const reading = (part: number, appraiser: number, trial: number) => ({ value: aiagReading(appraiser, part, trial) });

describe('the result of a gauge study', () => {
  it('has the published figures of both methods, and readings by part, appraiser and trial', () => {
    const result = studyResult(study(reading), 0);
    assert.ok(result.kind === 'gauge' && result.rr.kind === 'study' && result.ranges.kind === 'ranges');
    published(result.rr.gaugeRr.percentStudy, '27.860651');
    published(result.rr.gaugeRr.percentTolerance, '22.677864');
    published(result.ranges.gaugeRr.percentStudy, '26.678050');
    assert.deepEqual([result.units, result.limits, result.haveLimitsChanged], ['mm', { lower: -4, upper: 4 }, false]);
    const order = Array.from({ length: 90 }, (_, index) => {
      const [part, appraiser, trial] = [Math.floor(index / 9), Math.floor(index / 3) % 3, (index % 3) + 1];
      return { part: `P${part}`, operator: 'ABC'[appraiser], value: aiagReading(appraiser, part, trial), trial };
    });
    assert.deepEqual(result.readings, order);
    const { plan, ...rest } = study(reading);
    const reversed = studyResult({ ...rest, plan: plan.toReversed() }, 0);
    assert.ok(reversed.kind === 'gauge');
    assert.deepEqual(reversed.readings, order);
  });

  it('has no share of a tolerance without limits, or if they changed', () => {
    const without = studyResult(
      study((...trial) => ({ ...reading(...trial), lower: null, upper: null })),
      0,
    );
    assert.ok(without.kind === 'gauge' && without.rr.kind === 'study');
    assert.deepEqual(
      [without.limits, without.haveLimitsChanged, without.rr.total.percentTolerance],
      [null, false, null],
    );
    for (const other of [{ lower: -5 }, { upper: 5 }, { upper: null }]) {
      const changed = studyResult(
        study((part, ...trial) => ({ ...reading(part, ...trial), ...(part === 3 ? other : {}) })),
        0,
      );
      assert.ok(changed.kind === 'gauge' && changed.ranges.kind === 'ranges');
      assert.deepEqual([changed.limits, changed.haveLimitsChanged], [null, true]);
      assert.equal(changed.ranges.total.percentTolerance, null);
    }
    const single = studyResult(
      study((...trial) => ({ ...reading(...trial), lower: null })),
      0,
    );
    assert.ok(single.kind === 'gauge');
    assert.deepEqual(single.limits, { lower: null, upper: 4 });
    const least = studyResult(
      study((...trial) => ({ ...reading(...trial), upper: null })),
      0,
    );
    assert.ok(least.kind === 'gauge');
    assert.deepEqual(least.limits, { lower: -4, upper: null });
  });

  it('names the trials that are open or have no value', () => {
    const open = studyResult(
      study((part, ...trial) => (part === 4 ? null : reading(part, ...trial))),
      0,
    );
    assert.ok(open.kind === 'open');
    assert.deepEqual([open.trials.length, new Set(open.trials.map(({ part }) => part))], [9, new Set([4])]);
    const none = studyResult(
      study((part, appraiser, trial) => (part === 4 && trial === 2 ? { count: 2 } : reading(part, appraiser, trial))),
      0,
    );
    assert.ok(none.kind === 'noValue');
    assert.deepEqual(
      [none.index, none.trials.map(({ part, trial }) => `${part} ${trial}`)],
      [0, ['4 2', '4 2', '4 2']],
    );
  });

  it('compares decisions by the parts whose standard is known, and refuses a mix', () => {
    const decisions = study((part) => ({ value: part < 5 }));
    const result = studyResult(decisions, 0);
    assert.ok(result.kind === 'agreement');
    assert.equal(result.standard.size, 9);
    assert.deepEqual(
      [result.standard.get('P4'), result.standard.get('P5'), result.standard.has('P9')],
      [true, false, false],
    );
    assert.deepEqual(
      result.agreement.operators.map(({ kappa }) => kappa),
      [1, 1, 1],
    );
    const outcome = studyResult({ ...decisions, measurements: [] }, null);
    assert.ok(outcome.kind === 'agreement' && outcome.calls.every(({ passed }) => passed));
    const plan = decisions.plan.map((trial) => ({
      ...trial,
      run: trial.run && { ...trial.run, outcome: trial.part < 5 ? ('PASS' as const) : ('FAIL' as const) },
    }));
    const failed = studyResult({ ...decisions, plan, measurements: [] }, null);
    assert.ok(failed.kind === 'agreement');
    assert.deepEqual(failed.agreement, result.agreement);
    const mixed = studyResult(
      study((part, ...trial) => (part < 5 ? { value: true } : reading(part, ...trial))),
      0,
    );
    assert.equal(mixed.kind, 'mixed');
  });
});
