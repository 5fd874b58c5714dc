import type { Report } from '../../../src/shared/contract/report.ts';

const id = '11111111-1111-4111-8111-111111111111';
const time = (second: number): string => new Date(Date.UTC(2026, 10, 2, 8, 0, second)).toISOString();

type Phase = Report['phases'][number];
type Measurement = Phase['measurements'][number];
type Validator = NonNullable<Measurement['validators']>[number];

const phase = (name: string, second: number, more: Partial<Phase>): Phase => ({
  id: `${name} ${second}`,
  name,
  outcome: 'PASS',
  started_at: time(second),
  ended_at: time(second + 2),
  duration: 'PT2S',
  retry_count: 0,
  sequence_path: null,
  measurements: [],
  ...more,
});

const measurement = (name: string, more: Partial<Measurement>): Measurement => ({
  id: name,
  name,
  outcome: 'PASS',
  units: null,
  validators: null,
  ...more,
});

const limit = (operator: string, value: number): Validator => ({
  outcome: 'PASS',
  operator,
  expected_value: value,
  expression: `x ${operator} ${value}`,
  is_decisive: true,
  is_expression_only: false,
  analytics_expression: null,
  has_custom_expression: false,
});

const voltage = { units: 'V', validators: [limit('>=', 3.2), limit('<=', 3.4)] };

/** A run that passed, with a phase that was retried and values of each kind. */
export const exportedRun: Report = {
  id,
  created_at: time(20),
  started_at: time(0),
  ended_at: time(10),
  duration: 'PT10S',
  outcome: 'PASS',
  execution_id: null,
  slot_key: null,
  slot_name: null,
  procedure: { id, name: 'Board <test> & "more"', version: { id, tag: 'v1.2' } },
  unit: {
    id,
    serial_number: 'SN-1',
    sample: null,
    part: { id, number: 'PCB-1', name: 'Main board', revision: { id, number: 'A' } },
    batch: { id, number: 'B7' },
  },
  created_by_user: null,
  created_by_station: { id, name: 'Bench 1' },
  operated_by: { id, name: 'Ada', email: null },
  metadata: { fixture: 'F2' },
  phases: [
    phase('Power', 0, {
      outcome: 'FAIL',
      measurements: [measurement('voltage', { ...voltage, outcome: 'FAIL', measured_value: 3.1 })],
    }),
    phase('Power', 3, {
      retry_count: 1,
      measurements: [
        measurement('voltage', { ...voltage, measured_value: 3.3000000000000003 }),
        measurement('sweep', {
          curve: { points: 3, axes: [{ units: 's' }, { units: 'V' }] },
          aggregations: [{ id, type: 'max', outcome: 'PASS', value: 4.1, unit: 'V' }],
        }),
      ],
    }),
    phase('Firmware', 6, {
      measurements: [
        measurement('version', { measured_value: '=1.0' }),
        measurement('checks', { measured_value: { a: [1, true] } }),
        measurement('serial', { measured_value: '12345678901234567890' }),
      ],
    }),
    phase('Optional', 9, { outcome: 'SKIP' }),
  ],
  attachments: [],
  logs: [{ id, level: 'INFO', timestamp: time(1), message: 'started', source_file: 'test.py', line_number: 3 }],
  sub_units: [],
};
