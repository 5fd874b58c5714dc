import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { openhtfRecord } from '../../../src/shared/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../../../src/shared/run/openhtfRun.ts';
import { reasonsOf } from '../../../src/shared/run/report.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';

const traceback = `Traceback (most recent call last):
  File "/v/lib/python3.11/site-packages/openhtf/util/threads.py", line 109, in run
    self._thread_proc()
  File "/home/me/bench/main.py", line 18, in boom
    raise ValueError('no supply')
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
ValueError: no supply
`;
const raised = (exc_type: string, exc_val: unknown) => ({ phase_result: { exc_type, exc_val, exc_tb: traceback } });

/** As OpenHTF 1.6 writes it. */
const record = (outcome: string, phases: object[], others: object = {}) =>
  openhtfRecordToNewRun(
    openhtfRecord.parse({
      dut_id: 'SN',
      start_time_millis: 1,
      end_time_millis: 2,
      outcome,
      metadata: { procedure_id: 'X', part_number: 'P' },
      phases: [{ name: 'trigger_phase', outcome: 'PASS', result: { phase_result: 'CONTINUE' } }, ...phases],
      ...others,
    }),
    0,
  );
const findings = (...given: Parameters<typeof record>) => record(...given).context?.findings ?? [];

describe('why an OpenHTF run ended as it did', () => {
  it('reports the exception of a phase once, with its place in the file of the user', () => {
    const boom = { name: 'boom', outcome: 'ERROR', result: raised("<class 'ValueError'>", 'no supply') };
    const details = [{ code: 'ValueError', description: 'no supply' }];
    assert.deepEqual(findings('ERROR', [{ name: 'fine', outcome: 'PASS' }, boom], { outcome_details: details }), [
      {
        kind: 'error',
        phase: 1,
        title: 'ValueError',
        message: 'no supply',
        place: { file: '/home/me/bench/main.py', line: 18 },
        is_failure: true,
      },
    ]);
  });

  it('reports a timeout or a stop by the user', () => {
    const timeout = { name: 'slow', outcome: 'ERROR', result: { phase_result: null } };
    assert.deepEqual(
      findings('TIMEOUT', [timeout]).map(({ title, phase }) => [title, phase]),
      [['Timeout', 0]],
    );
    const type = "<class 'openhtf.util.threads.ThreadTerminationError'>";
    const stopped = { name: 'long', outcome: 'ERROR', result: raised(type, '') };
    assert.deepEqual(
      findings('ABORTED', [stopped]).map(({ title, phase }) => [title, phase]),
      [['Aborted', 0]],
    );
  });

  it('reports the outcome details of the test if no phase failed', () => {
    const details = [{ code: 'PlugError', description: 'no port' }, { code: 3, description: null }, {}];
    assert.deepEqual(
      findings('ERROR', [], { outcome_details: details }).map(({ title, message }) => [title, message]),
      [
        ['PlugError', 'no port'],
        ['3', ''],
      ],
    );
  });

  it('assigns diagnoses to their phases', () => {
    const diagnoses = [
      { result: 'too_hot', description: 'The part got too hot', component: 'U1', is_failure: true },
      { result: 'fine', description: 'All fine', component: null, priority: 'NORMAL' },
    ];
    const warm = { name: 'warm', outcome: 'FAIL', failure_diagnosis_results: ['too_hot'], diagnosis_results: [] };
    assert.deepEqual(
      findings('FAIL', [{ name: 'a', outcome: 'PASS' }, warm], { diagnoses }).map((each) => [
        each.kind,
        each.phase,
        each.title,
        each.is_failure,
      ]),
      [
        ['diagnosis', 1, 'U1: too_hot', true],
        ['diagnosis', null, 'fine', false],
      ],
    );
  });

  it('assigns each diagnosis to the phase that made it, even if phases make the same', () => {
    const diagnoses = ['hot', 'cold', 'hot', 'hot'].map((result) => ({ result, description: 'd', component: null }));
    const phases = [
      { name: 'a', outcome: 'PASS', diagnosis_results: ['hot', 'cold'] },
      { name: 'b', outcome: 'PASS', diagnosis_results: ['hot'] },
    ];
    assert.deepEqual(
      findings('PASS', phases, { diagnoses }).map(({ phase, title }) => [phase, title]),
      [
        [0, 'hot'],
        [0, 'cold'],
        [1, 'hot'],
        [null, 'hot'],
      ],
    );
  });

  it('names the component of a diagnosis as OpenHTF writes it, and keeps the others beside an odd one', () => {
    const component = { name: 'U1', identifier: 'SN-U1' };
    const diagnoses = [
      { result: 'hot', description: 'd', component },
      { result: 'odd', description: ['d'], component: [1], is_failure: 'yes' },
      { result: 'cold' },
    ];
    assert.deepEqual(
      findings('PASS', [], { diagnoses }).map(({ title, is_failure }) => [title, is_failure]),
      [
        ['U1: hot', false],
        ['odd', false],
        ['cold', false],
      ],
    );
  });

  it('never costs the run, whatever else is written there', () => {
    for (const odd of [3, 'x', [], { phase_result: { exc_type: 1 } }, { phase_result: raised('<x>', { a: [1] }) }]) {
      const others = { diagnoses: odd, outcome_details: odd };
      assert.deepEqual(record('PASS', [{ name: 'a', outcome: 'PASS', result: odd }], others).context, null);
    }
    assert.equal(record('PASS', [{ name: 'a', outcome: 'PASS' }]).context, null);
  });
});

describe('the head of a report', () => {
  const log = (level: 'ERROR' | 'INFO', message: string, source_file = '') => ({
    id: '11111111-1111-4111-8111-111111111111',
    level,
    timestamp: '2026-01-01T00:00:00.000Z',
    message,
    source_file,
    line_number: 7,
  });

  it('shows the last error log as the reason if the run states none', () => {
    const logs = [log('ERROR', 'first'), log('ERROR', 'no supply', 'main.py'), log('INFO', 'bye')];
    const titles = (outcome: 'ERROR' | 'ABORTED' | 'FAIL' | 'PASS'): unknown =>
      reasonsOf({ outcome, logs }).map(({ title, message, source_file, line_number }) => [
        title,
        message,
        source_file,
        line_number,
      ]);
    assert.deepEqual(titles('ERROR'), [['ERROR', 'no supply', 'main.py', 7]]);
    assert.deepEqual(titles('ABORTED'), [['ABORTED', 'no supply', 'main.py', 7]]);
    assert.deepEqual([titles('FAIL'), titles('PASS')], [[], []]);
    assert.deepEqual(reasonsOf({ outcome: 'ERROR', logs: [] }), []);
  });
});

describe('diagnosers', () => {
  it('does not take diagnosers for phases, even if they are passed to a test', () => {
    const source = `
import openhtf as htf
from openhtf import PhaseDiagnoser

@htf.PhaseDiagnoser(Result)
def check_heat(record):
    return None

@PhaseDiagnoser(Result, name="x")
def check_cold(record):
    return None

@htf.TestDiagnoser(Result)
def whole(record, store):
    return None

@htf.diagnose(check_heat)
@htf.measures(htf.Measurement("v"))
def warm(test):
    pass

test = htf.Test(warm, procedure_id="X")
`;
    assert.deepEqual(
      scanScript(source).phases.map(({ name }) => name),
      ['warm'],
    );
  });
});
