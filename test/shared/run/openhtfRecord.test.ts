import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RunInputError } from '../../../src/shared/run/newRun.ts';
import { openhtfRecord } from '../../../src/shared/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../../../src/shared/run/openhtfRun.ts';

const start = 1_767_323_045_000;
const now = start + 1_000_000;

interface Measured {
  measured_value?: unknown;
  [key: string]: unknown;
}

const phase = (name: string, more: object = {}) => ({
  name,
  outcome: 'PASS',
  start_time_millis: start,
  end_time_millis: start + 100,
  ...more,
});
const record = (more: object = {}) => ({
  dut_id: 'SN-0001',
  start_time_millis: start,
  end_time_millis: start + 1500,
  outcome: 'PASS',
  metadata: { procedure_id: 'FVT1', part_number: 'PCBA01' },
  phases: [phase('check')],
  ...more,
});
const convert = (content: unknown) => openhtfRecordToNewRun(openhtfRecord.parse(content), now);
const convertMeasurement = (measurement: Measured) => {
  const run = convert(record({ phases: [phase('p', { measurements: { m: { outcome: 'PASS', ...measurement } } })] }));
  const converted = run.phases[0]?.measurements[0];
  assert.ok(converted);
  return converted;
};
const second = { code: 'SEC', name: 'second [unit of time]', description: 'second', suffix: 's' };

describe('an OpenHTF record as a run', () => {
  it('never passes without a phase of the user’s', () => {
    assert.equal(convert(record({ phases: [] })).outcome, 'ERROR');
    assert.equal(convert(record({ phases: [phase('trigger_phase')] })).outcome, 'ERROR');
    assert.equal(convert(record({ phases: [phase('trigger_phase'), phase('check')] })).outcome, 'PASS');
    assert.equal(convert(record({ phases: [], outcome: 'ABORTED' })).outcome, 'ABORTED');
  });

  it('takes what metadata says of unit and procedure', () => {
    const metadata = {
      procedure_id: 'FVT1',
      procedure_version: '1.2',
      part_number: 1234,
      part_name: 'Board',
      revision: 'B',
      batch_number: 7,
      sub_units: [{ serial_number: 'SUB-1' }],
      operator: 'someone',
    };
    const run = convert(record({ metadata }));
    assert.deepEqual(
      [run.procedure, run.procedureVersion, run.partNumber, run.partName, run.revision, run.batch, run.subUnits],
      ['FVT1', '1.2', '1234', 'Board', 'B', '7', ['SUB-1']],
    );
    assert.deepEqual(
      [run.serialNumber, run.outcome, run.startedAt, run.endedAt],
      ['SN-0001', 'PASS', start, start + 1500],
    );
  });

  it('leaves out the phase that only asked for the serial number, where it is the first', () => {
    const run = convert(record({ phases: [phase('trigger_phase'), phase('a'), phase('trigger_phase')] }));
    assert.deepEqual(
      run.phases.map(({ name }) => name),
      ['a', 'trigger_phase'],
    );
  });

  it('counts the attempts of a phase, not other phases of its name', () => {
    const run = convert(
      record({
        phases: [
          phase('a', { descriptor_id: 140356161821536, outcome: 'SKIP' }),
          phase('b', { descriptor_id: 3 }),
          phase('a', { descriptor_id: 140356161821536 }),
          phase('a', { descriptor_id: 2 }),
        ],
      }),
    );
    assert.deepEqual(
      run.phases.map(({ name, retryCount }) => `${name} ${retryCount}`),
      ['a 0', 'b 0', 'a 1', 'a 0'],
    );
  });

  it('reads a phase that was abandoned as an error', () => {
    const run = convert(record({ phases: [phase('hung', { outcome: null, end_time_millis: null, result: null })] }));
    assert.deepEqual([run.phases[0]?.outcome, run.phases[0]?.endedAt], ['ERROR', start]);
  });

  it('reads a test that was aborted before it began', () => {
    const run = convert(
      record({ dut_id: null, start_time_millis: 0, end_time_millis: null, outcome: 'ABORTED', phases: [] }),
    );
    assert.deepEqual([run.serialNumber, run.startedAt, run.endedAt, run.outcome], ['UNKNOWN_DUT', now, now, 'ABORTED']);
  });

  it('reads outcomes of measurements; what is partly set or skipped is unset', () => {
    const outcomes = ['PASS', 'FAIL', 'UNSET', 'PARTIALLY_SET', 'SKIPPED', undefined];
    assert.deepEqual(
      outcomes.map((outcome) => convertMeasurement({ outcome }).outcome),
      ['PASS', 'FAIL', 'UNSET', 'UNSET', 'UNSET', 'UNSET'],
    );
  });

  it('keeps values of every type, and none where nothing was measured', () => {
    for (const value of [0, 3.5, true, false, '', 'nan', null, [1, 'a'], { a: [null] }]) {
      assert.deepEqual(convertMeasurement({ measured_value: value }).measuredValue, value);
    }
    assert.equal(convertMeasurement({}).measuredValue, undefined);
  });

  it('takes the suffix of the units', () => {
    assert.equal(convertMeasurement({ units: { name: 'volt', code: 'VLT', suffix: 'V' } }).units, 'V');
    assert.equal(convertMeasurement({ units: { name: 'None', code: '', suffix: null } }).units, null);
    assert.equal(convertMeasurement({ units: ['volt', 'VLT', 'V'] }).units, null);
  });

  it('draws a curve over one dimension as two series', () => {
    const units = { suffix: 'V' };
    const rows = [
      [0, 0.5],
      [0.1, 1.5],
    ];
    const m = convertMeasurement({ measured_value: rows, dimensions: [second], units });
    assert.equal(m.measuredValue, undefined);
    assert.equal(m.units, null);
    const plain = { description: null, validators: [], aggregations: [] };
    assert.deepEqual(m.series, [
      { ...plain, name: 'second [unit of time]', units: 's', data: [0, 0.1] },
      { ...plain, name: 'm', units: 'V', data: [0.5, 1.5] },
    ]);
  });

  it('keeps rows over more dimensions, or with values that are no numbers, with all units', () => {
    const units = { suffix: 'V' };
    const surface = convertMeasurement({ measured_value: [[0, 1, 2]], dimensions: [second, { suffix: 'Hz' }], units });
    assert.deepEqual([surface.measuredValue, surface.units, surface.series], [[[0, 1, 2]], 's, Hz, V', null]);
    const broken = convertMeasurement({ measured_value: [[0, 'nan']], dimensions: [second] });
    assert.deepEqual([broken.measuredValue, broken.units, broken.series], [[[0, 'nan']], 's', null]);
  });

  it('reads validators with their outcome', () => {
    const m = convertMeasurement({ outcome: 'FAIL', measured_value: 3.6, validators: ['3.2 <= x <= 3.4'] });
    assert.deepEqual(
      m.validators.map(({ expression, outcome }) => `${expression} ${outcome}`),
      ['x >= 3.2 PASS', 'x <= 3.4 FAIL'],
    );
  });

  it('names the levels of the log', () => {
    const log = (level: number) => ({ level, timestamp_millis: start, message: 'm', source: 's.py', lineno: 3 });
    const run = convert(record({ log_records: [10, 15, 20, 30, 40, 50].map(log) }));
    assert.deepEqual(
      run.logs.map(({ level }) => level),
      ['DEBUG', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
    );
    assert.deepEqual([run.logs[0]?.sourceFile, run.logs[0]?.lineNumber, run.logs[0]?.timestamp], ['s.py', 3, start]);
  });

  it('keeps docstrings', () => {
    const codeinfo = { name: 'main', docstring: 'What it does.', sourcecode: '' };
    const run = convert(record({ code_info: codeinfo, phases: [phase('p', { codeinfo })] }));
    assert.deepEqual([run.docstring, run.phases[0]?.docstring], ['What it does.', 'What it does.']);
  });

  it('refuses a record without part number or procedure, or with a time that is none', () => {
    for (const [content, reason] of [
      [record({ metadata: { procedure_id: 'FVT1' } }), /no part number/],
      [record({ metadata: { part_number: 'PCBA01' } }), /names no procedure/],
      [record({ metadata: undefined }), /names no procedure/],
      [record({ start_time_millis: 1e18 }), /start_time_millis/],
    ] as const) {
      assert.throws(
        () => convert(content),
        (error) => error instanceof RunInputError && reason.test(error.message),
      );
    }
  });

  it('is not read from something else', () => {
    for (const content of [null, [], {}, { phases: {} }, record({ phases: [{}] })]) {
      assert.equal(openhtfRecord.safeParse(content).success, false);
    }
  });
});
