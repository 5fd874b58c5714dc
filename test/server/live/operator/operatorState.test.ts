import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { currentSource, type TestSource } from '../../../../src/server/live/operator/testSource.ts';
import {
  bounds,
  type LiveMeasurement,
  type LivePhase,
  type LiveTest,
} from '../../../../src/shared/contract/liveTest.ts';
import { isRasterDataUrl } from '../../../../src/shared/format/images.ts';
import { boundedMeasurements, boundedPhases, withLogs } from '../../../../src/shared/live/liveBounds.ts';
import {
  failureReasonsOf,
  formatPhaseTime,
  nextSerialNumber,
  timeLeftMs,
} from '../../../../src/shared/live/operatorTexts.ts';
import { liveTest as test } from './liveTests.ts';

const measured = (index: number, outcome: LiveMeasurement['outcome'] = 'PASS'): LiveMeasurement => ({
  name: `m${index}`,
  outcome,
  value: '1',
  number: 1,
  units: null,
  limits: '',
  lower: null,
  upper: null,
  is_marginal: false,
});
const phase = (key: string, measurements: LiveMeasurement[] = []): LivePhase => ({
  key,
  name: key,
  state: 'PASS',
  attempt: 1,
  started_at: 0,
  ended_at: 1,
  measurements,
  measurements_left_out: 0,
  message: null,
});
const source = (kind: TestSource['kind'], since: number, told: LiveTest, connected = true): TestSource => ({
  kind,
  startedAtMs: since,
  test: told,
  isConnected: connected,
  isStopping: false,
  isBusy: false,
  answer: () => undefined,
  stop: null,
});

describe('the source whose test a station shows', () => {
  it('shows the running source first, then the newest', () => {
    const done = source('stream', 9, test('a', 'completed'));
    const running = source('followed', 5, test('b', 'running'));
    const lost = source('stream', 7, test('c', 'running'), false);
    assert.equal(currentSource([done, running, lost]), running);
    assert.equal(currentSource([lost, done]), done);
    assert.equal(currentSource([]), null);
  });
});

describe('a live test', () => {
  it('keeps failed measurements longest and counts the omitted ones', () => {
    const all = Array.from({ length: bounds.phaseMeasurements + 10 }, (_, index) => measured(index));
    all[bounds.phaseMeasurements + 5] = measured(-1, 'FAIL');
    const { measurements, measurements_left_out: left } = boundedMeasurements(all);
    assert.equal(measurements.length, bounds.phaseMeasurements);
    assert.equal(left, 10);
    assert.equal(measurements.at(-1)?.outcome, 'FAIL');
  });

  it('thins the oldest phases of a test that is too large, each into the same object', () => {
    const many = Array.from({ length: 400 }, (_, index) => measured(index, index === 7 ? 'FAIL' : 'PASS'));
    const all = Array.from({ length: 12 }, (_, index) => phase(String(index), many));
    const first = boundedPhases(all);
    const total = first.phases.reduce((sum, { measurements }) => sum + measurements.length, 0);
    assert.ok(total <= bounds.measurements, String(total));
    assert.deepEqual(
      first.phases[0]?.measurements.map(({ outcome }) => outcome),
      ['FAIL'],
    );
    assert.equal(first.phases[0].measurements_left_out, 399);
    assert.equal(boundedPhases(all).phases[0], first.phases[0]);
    assert.equal(first.phases.at(-1), all.at(-1));
  });

  it('keeps the newest log lines with their numbers', () => {
    const line = { time: 0, level: 'INFO', message: 'x' };
    const full = withLogs({ logs: [], logs_left_out: 0 }, new Array<typeof line>(bounds.logs + 5).fill(line));
    assert.deepEqual([full.logs[0]?.number, full.logs.length, full.logs_left_out], [5, bounds.logs, 5]);
    assert.equal(withLogs(full, [line]).logs.at(-1)?.number, bounds.logs + 5);
  });
});

describe('the words of the Operator UI', () => {
  it('counts up serial numbers with the same width', () => {
    assert.deepEqual(['SN-0007', 'SN-0999', '99', 'A1-B', 'none', 'X00000000000000000009'].map(nextSerialNumber), [
      'SN-0008',
      'SN-1000',
      '100',
      'A2-B',
      null,
      'X00000000000000000010',
    ]);
  });

  it('formats times for the Operator UI', () => {
    assert.deepEqual([420, 12_340, 125_000, 3_723_000].map(formatPhaseTime), ['0.42 s', '12.3 s', '2:05', '1:02:03']);
    assert.equal(timeLeftMs({ emitted_at: 1000, timeout_s: 60 }, 31_000), 30_000);
    assert.equal(timeLeftMs({ emitted_at: 1000, timeout_s: 60 }, 99_000), 0);
    assert.equal(timeLeftMs({ emitted_at: 1000, timeout_s: null }, 0), null);
  });

  it('shows only pictures in data addresses, and no SVG', () => {
    assert.ok(isRasterDataUrl('data:image/png;base64,iVBORw0KGgo='));
    for (const address of [
      'http://elsewhere/x.png',
      'data:image/svg+xml;base64,PHN2Zz4=',
      'data:text/html;base64,PGI+',
      'javascript:alert(1)',
      'data:image/png;base64,A"onerror="x',
    ]) {
      assert.equal(isRasterDataUrl(address), false, address);
    }
  });
});

describe('what failed', () => {
  const ended = (outcome: LiveTest['outcome'], ...phases: LivePhase[]): LiveTest => ({
    ...test('a', 'completed'),
    outcome,
    phases,
  });
  const names = (of: LiveTest): string[] =>
    failureReasonsOf(of).map(({ phase: { name }, measurement }) => `${name} ${measurement?.outcome ?? 'phase'}`);
  const both = [measured(0, 'FAIL'), measured(1, 'UNSET'), measured(2, 'PARTIALLY_SET'), measured(3)];

  it('lists each measurement that failed or that a finished phase did not take', () => {
    const failed = { ...phase('failed', both), state: 'FAIL' as const };
    const alone = { ...phase('alone'), state: 'FAIL' as const };
    assert.deepEqual(names(ended('FAIL', phase('passed', both), failed, alone)), [
      'failed FAIL',
      'failed UNSET',
      'failed PARTIALLY_SET',
      'alone phase',
    ]);
  });

  it('lists the phase that raised and its earlier failures', () => {
    assert.deepEqual(names(ended('ERROR', { ...phase('raised', both), state: 'ERROR' })), [
      'raised phase',
      'raised FAIL',
    ]);
  });

  it('lists nothing that an aborted test did not reach', () => {
    const stopped = { ...phase('stopped', both), state: 'ERROR' as const };
    const failed = { ...phase('failed', both), state: 'FAIL' as const };
    assert.deepEqual(names(ended('ABORTED', failed, stopped)), ['failed FAIL']);
    const nothing = { ...phase('failed', [measured(1, 'UNSET')]), state: 'FAIL' as const };
    assert.deepEqual(names(ended('ABORTED', nothing)), ['failed phase']);
  });
});
