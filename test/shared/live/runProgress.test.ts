import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunnerEvent } from '../../../src/shared/contract/runner.ts';
import { applyRunnerEvent, initialProgress, verdictOf, worstOf } from '../../../src/shared/live/runProgress.ts';

const started = (id: string, kind: 'openhtf' | 'vanilla' = 'openhtf'): RunnerEvent => ({
  event: 'run_started',
  execution_id: id,
  time: 0,
  kind,
  name: 'board',
  procedure_id: 'FVT1',
  part_number: null,
  phases: [],
});
const complete = (id: string, outcome: 'PASS' | 'FAIL', phases: number): RunnerEvent => ({
  event: 'run_complete',
  execution_id: id,
  time: 1,
  outcome,
  partial_outcome: null,
  serial_number: `SN-${id}`,
  start_time_millis: 0,
  end_time_millis: 1,
  outcome_details: [],
  phases_run: phases,
  diagnoses: [],
});

describe('a script that runs', () => {
  it('keeps the executions of a loop apart', () => {
    const events: RunnerEvent[] = [
      started('a'),
      complete('a', 'PASS', 2),
      { event: 'run_uploaded', execution_id: 'a', time: 2, run_id: 'run-a' },
      started('b'),
      complete('b', 'FAIL', 2),
      { event: 'run_upload_failed', execution_id: 'b', time: 3, status: 403, message: 'not linked' },
      // The script's own requests, which are the push of neither.
      { event: 'run_uploaded', execution_id: null, time: 4, run_id: 'run-c' },
      { event: 'run_upload_failed', execution_id: null, time: 5, status: 500, message: 'other' },
    ];
    const run = events.reduce(applyRunnerEvent, initialProgress);
    const [a, b] = run.executions;
    assert.deepEqual(run.otherRuns, ['run-c']);
    assert.deepEqual([a?.serialNumber, a?.outcome, a?.push], ['SN-a', 'PASS', { runId: 'run-a' }]);
    assert.deepEqual([b?.serialNumber, b?.outcome, b?.push], ['SN-b', 'FAIL', { status: 403, message: 'not linked' }]);
  });

  it('names the unit of an execution from its first phase on, also if its process dies', () => {
    const phase = (serial_number: string | null): RunnerEvent => ({
      event: 'phase_started',
      execution_id: 'b',
      time: 1,
      key: '0',
      name: 'measure',
      attempt: 0,
      serial_number,
    });
    const before = [started('a'), started('b'), phase('SN-b')].reduce(applyRunnerEvent, initialProgress);
    assert.deepEqual(before.executions.map(({ serialNumber }) => serialNumber), [null, 'SN-b']); // prettier-ignore
    for (const same of [phase(null), phase('SN-b')]) assert.equal(applyRunnerEvent(before, same), before);
  });

  it('has no verdict before the record is complete', () => {
    const [execution] = [started('a')].reduce(applyRunnerEvent, initialProgress).executions;
    assert.ok(execution);
    assert.equal(verdictOf(execution), null);
  });

  it('never shows a PASS of OpenHTF without a phase', () => {
    const [execution] = [started('a'), complete('a', 'PASS', 0)].reduce(applyRunnerEvent, initialProgress).executions;
    assert.ok(execution);
    assert.equal(verdictOf(execution)?.outcome, 'ERROR');
  });

  it('accepts a PASS without a phase from a plain script', () => {
    const [execution] = [started('a', 'vanilla'), complete('a', 'PASS', 0)].reduce(
      applyRunnerEvent,
      initialProgress,
    ).executions;
    assert.ok(execution);
    assert.equal(verdictOf(execution)?.outcome, 'PASS');
  });

  it('takes the worst verdict of the executions of a loop', () => {
    const verdicts = (['PASS', 'FAIL', 'PASS'] as const).map((outcome) => ({ outcome, reason: null }));
    assert.equal(worstOf(verdicts)?.outcome, 'FAIL');
    assert.equal(worstOf([]), null);
  });

  it('keeps a push that belongs to no execution', () => {
    const events: RunnerEvent[] = [{ event: 'run_uploaded', execution_id: null, time: 0, run_id: 'run-x' }];
    assert.deepEqual(events.reduce(applyRunnerEvent, initialProgress).otherRuns, ['run-x']);
  });

  it('ends only when the runner reports the end of the script', () => {
    assert.equal([started('a')].reduce(applyRunnerEvent, initialProgress).ended, false);
    const events: RunnerEvent[] = [{ event: 'script_ended', time: 0, exit_code: 0 }];
    assert.equal(events.reduce(applyRunnerEvent, initialProgress).ended, true);
  });

  it('takes the verdict from the record', () => {
    for (const outcome of ['PASS', 'FAIL'] as const) {
      const [execution] = [started('a'), complete('a', outcome, 1)].reduce(
        applyRunnerEvent,
        initialProgress,
      ).executions;
      assert.ok(execution);
      assert.equal(verdictOf(execution)?.outcome, outcome);
    }
  });
});
