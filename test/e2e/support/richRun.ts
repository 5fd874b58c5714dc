import { StationApi } from '../../../src/extension/client/stationApi.ts';
import { local } from '../../../src/shared/contract/local.ts';
import type { NewRunBody } from '../../../src/shared/contract/newRuns.ts';
import { procedures } from '../../../src/shared/contract/procedures.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { v1 } from '../../../src/shared/contract/v1.ts';
import type { Bench } from './bench.ts';

const start = Date.UTC(2026, 10, 20, 9, 30);
const time = (millis: number): string => new Date(start + millis).toISOString();

type Measurement = NonNullable<NonNullable<NewRunBody['phases']>[number]['measurements']>[number];

const between = (name: string, value: number, lower: number, upper: number, units: string): Measurement => ({
  name,
  outcome: value >= lower && value <= upper ? 'PASS' : 'FAIL',
  measured_value: value,
  units,
  validators: [
    { outcome: value >= lower ? 'PASS' : 'FAIL', operator: '>=', expected_value: lower },
    { outcome: value <= upper ? 'PASS' : 'FAIL', operator: '<=', expected_value: upper },
  ],
});

/** A decaying ring, `points` long. */
const curve = (points: number): Pick<Measurement, 'x_axis' | 'y_axis'> => {
  const times = Array.from({ length: points }, (_, n) => (n * 5) / points);
  return {
    x_axis: { name: 'time', units: 'ms', data: times },
    y_axis: [{ name: 'output', units: 'V', data: times.map((t) => 3.3 + Math.exp(-t) * Math.sin(t * 12)) }],
  };
};

/** A run with something of everything that a report shows. */
export const richRun = (procedure_id: string): NewRunBody => ({
  outcome: 'FAIL',
  procedure_id,
  procedure_version: '1.0.3',
  serial_number: 'SN-2041',
  part_number: 'PCBA02',
  revision_number: 'C',
  batch_number: 'B-7',
  operated_by: 'ada@example.com',
  started_at: time(0),
  ended_at: time(9400),
  metadata: { fixture: 'F-12', temperature: 23.5 },
  phases: [
    { name: 'wait_for_meter', outcome: 'FAIL', started_at: time(100), ended_at: time(900), retry_count: 0 },
    { name: 'wait_for_meter', outcome: 'PASS', started_at: time(950), ended_at: time(1500), retry_count: 1 },
    {
      name: 'measure',
      outcome: 'FAIL',
      started_at: time(1600),
      ended_at: time(4200),
      docstring: 'Rails and firmware, at room temperature.',
      measurements: [
        { ...between('rail_3v3', 3.3000000000000003, 3.2, 3.4, 'V'), docstring: 'At the test point TP4.' },
        between('rail_5v', 5.31, 4.8, 5.2, 'V'),
        between('ripple', 48, 0, 20, 'mV'),
        {
          name: 'quiescent',
          outcome: 'PASS',
          measured_value: 1.95,
          units: 'µA',
          validators: [
            { outcome: 'PASS', operator: '<=', expected_value: 2 },
            { outcome: 'FAIL', operator: '<=', expected_value: 1.9, is_decisive: false },
          ],
        },
        {
          name: 'insulation',
          outcome: 'PASS',
          measured_value: 812,
          units: 'MΩ',
          validators: [{ outcome: 'PASS', operator: '>=', expected_value: 100 }],
        },
        { name: 'powered', outcome: 'PASS', measured_value: true },
        {
          name: 'firmware',
          outcome: 'FAIL',
          measured_value: '=1.1.9 "beta"',
          validators: [{ outcome: 'FAIL', operator: 'matches', expected_value: '^1\\.2' }],
        },
        { name: 'calibration', outcome: 'PASS', measured_value: { gain: [1.0021, 0.9987, 1.0003], offset: -0.002 } },
        { name: '<b>never</b>', outcome: 'UNSET' },
      ],
    },
    {
      name: 'sweep',
      outcome: 'PASS',
      started_at: time(4300),
      ended_at: time(9000),
      measurements: [
        {
          name: 'step_response',
          outcome: 'PASS',
          ...curve(500),
          aggregations: [{ type: 'max', value: 4.17, unit: 'V', outcome: 'PASS' }],
        },
        {
          name: 'load_curve',
          outcome: 'PASS',
          x_axis: { name: 'load', units: 'A', data: [0, 1, 2, 3, 4] },
          y_axis: [
            { name: 'voltage', units: 'V', data: [5.02, 5, 4.97, 4.93, 4.88] },
            { name: 'efficiency', units: '%', data: [0, 71, 84, 88, 86] },
          ],
        },
      ],
    },
    { name: 'burn_in', outcome: 'SKIP', started_at: time(9000), ended_at: time(9000) },
    { name: 'power_off', outcome: 'ERROR', started_at: time(9050), ended_at: time(9350) },
  ],
  logs: [
    log('INFO', 120, 'Waiting for the meter', 'measure_board.py', 12),
    log('WARNING', 1700, 'Rail is warm', 'measure_board.py', 20),
    log('ERROR', 4100, 'rail_5v is out of its limits\nsecond line', 'C:\\bench\\measure_board.py', 21),
    log('DEBUG', 4200, '<img src=x onerror=alert(1)>', 'meter.py', 7),
  ],
});

function log(level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR', at: number, message: string, file: string, line: number) {
  return { level, timestamp: time(at), message, source_file: file, line_number: line };
}

/** A run as large as a report must bear: 2,000 measurements in ten phases, a curve of 100,000 points, 5,000 log lines. */
export const largeRun = (procedure_id: string): NewRunBody => ({
  ...richRun(procedure_id),
  serial_number: 'SN-LARGE',
  phases: Array.from({ length: 10 }, (_phase, p) => ({
    name: `block_${p}`,
    outcome: 'PASS',
    started_at: time(p * 900),
    ended_at: time(p * 900 + 850),
    measurements: [
      ...Array.from({ length: 200 }, (_, m) => between(`channel_${p}_${m}`, 3.3 + Math.sin(m) / 8, 3.2, 3.4, 'V')),
      ...(p === 9 ? [{ name: 'recording', outcome: 'PASS', ...curve(100_000) } as const] : []),
    ],
  })),
  logs: Array.from({ length: 5000 }, (_, n) => log('INFO', n, `line ${n}`, 'measure_board.py', n + 1)),
});

/** A station's own client, with a procedure that is linked to it. */
export async function stationClient(bench: Bench, station: string): Promise<{ client: StationApi; procedure: string }> {
  const api = await bench.api();
  await bench.linkedProcedure(station, 'FVT1');
  const { api_key } = await api.call(local.generateKey, { params: { id: await bench.stationId(station) } });
  const { data } = await api.call(procedures.list);
  return { client: new StationApi(bench.address().url, api_key), procedure: data[0]?.id ?? '' };
}

/** Puts a file to the run as its attachment. */
export async function attach(
  client: StationApi,
  run: string,
  name: string,
  type: string,
  content: string,
): Promise<void> {
  const { upload_url } = await client.call(runs.createAttachment, { params: { id: run }, body: { name } });
  const answer = await fetch(upload_url, { method: 'PUT', headers: { 'content-type': type }, body: content });
  if (!answer.ok) throw new Error(`The upload of ${name} was refused with status ${answer.status}.`);
}

/** Imports the OpenHTF record of a test whose phase raised in `file`, with a diagnosis of the phase and one of the test. */
export async function importFailure(client: StationApi, file: string): Promise<void> {
  const record = {
    dut_id: 'SN-RAISED',
    start_time_millis: start,
    end_time_millis: start + 2000,
    outcome: 'ERROR',
    metadata: { procedure_id: 'FVT1', part_number: 'PCBA02' },
    phases: [
      { name: 'warm_up', outcome: 'PASS', start_time_millis: start, end_time_millis: start + 900 },
      {
        name: 'measure',
        outcome: 'ERROR',
        start_time_millis: start + 1000,
        end_time_millis: start + 1900,
        failure_diagnosis_results: ['supply_shorted'],
        result: {
          phase_result: {
            exc_type: "<class 'ValueError'>",
            exc_val: 'The supply gives 0.02 V.\nCheck the fuse.',
            exc_tb: `Traceback (most recent call last):\n  File "${file}", line 7, in measure\n`,
          },
        },
      },
    ],
    diagnoses: [
      { result: 'supply_shorted', description: 'The supply is shorted.', component: 'U7', is_failure: true },
      { result: 'fixture_worn', description: 'The pins of the fixture are worn.', is_failure: false },
    ],
  };
  const { id, uploadUrl } = await client.call(v1.initializeUpload, { body: { name: 'report.json' } });
  const answer = await fetch(uploadUrl, { method: 'PUT', body: JSON.stringify(record) });
  if (!answer.ok) throw new Error(`The upload of the record was refused with status ${answer.status}.`);
  await client.call(v1.importReport, {
    body: { upload_id: id, importer: 'OPENHTF', client: 'Python', client_version: '2.2.4' },
  });
}
