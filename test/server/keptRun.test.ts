import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { type Run, run as runAnswer, runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { missingPartNumber, runOfPendingUpload } from '../../src/shared/run/pendingUpload.ts';
import type { PushKind } from '../../src/shared/run/pushBodies.ts';
import { type TestStation, useServer } from './bench.ts';

const start = 1_767_323_045_000;
const iso = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
const limits = [
  { operator: '>=', expected_value: 3.2, outcome: 'PASS' },
  { expression: 'looks fine', outcome: 'PASS' },
];

/** @param procedure its id: the v2 client takes no identifier */
const bodiesOf = (procedure: string): Record<PushKind, object> => ({
  openhtf: {
    dut_id: 'SN-KEPT',
    start_time_millis: start,
    end_time_millis: start + 3000,
    outcome: 'FAIL',
    code_info: { docstring: 'What the test is for.' },
    metadata: {
      procedure_id: 'FVT1',
      part_number: 'PCBA01',
      procedure_version: '1.2',
      batch_number: 'B7',
      revision: 'C',
    },
    log_records: [{ level: 20, source: 'main.py', lineno: 7, timestamp_millis: start + 500, message: 'It is on.' }],
    phases: [
      { name: 'trigger_phase', outcome: 'PASS', start_time_millis: start, end_time_millis: start },
      {
        name: 'measure',
        outcome: 'FAIL',
        start_time_millis: start,
        end_time_millis: start + 2000,
        codeinfo: { docstring: 'Looks at the rail.' },
        measurements: {
          rail: { outcome: 'FAIL', measured_value: 5, units: { suffix: 'V' }, validators: ['3.2 <= x <= 3.4'] },
          ramp: {
            outcome: 'PASS',
            measured_value: [
              [0, 1],
              [1, 2.5],
            ],
            units: { suffix: 'V' },
            dimensions: [{ name: 'time', suffix: 's' }],
          },
          text: { outcome: 'UNSET' },
        },
      },
    ],
  },
  v1: {
    procedure_id: 'FVT1',
    unit_under_test: { serial_number: 'SN-V1', part_number: 'PCBA01' },
    run_passed: true,
    started_at: iso(0),
    duration: 'PT2S',
    phases: [
      {
        name: 'check',
        outcome: 'PASS',
        start_time_millis: start,
        end_time_millis: start + 1000,
        measurements: [
          { name: 'volts', outcome: 'PASS', measured_value: 3.3, units: 'V', lower_limit: 3.2, upper_limit: 3.4 },
        ],
      },
    ],
    logs: [{ level: 'INFO', timestamp: iso(1), message: 'done', source_file: 'main.py', line_number: 3 }],
  },
  v2: {
    procedure_id: procedure,
    serial_number: 'SN-V2',
    part_number: 'PCBA01',
    outcome: 'ABORTED',
    started_at: iso(0),
    ended_at: iso(9),
    phases: [
      {
        name: 'check',
        outcome: 'SKIP',
        started_at: iso(1),
        ended_at: iso(2),
        retry_count: 1,
        measurements: [{ name: 'volts', outcome: 'PASS', measured_value: 3.3, units: 'V', validators: limits }],
      },
    ],
    metadata: { operator: 'Ada', temperature: 21.5 },
  },
});

/** What the report shows, without what only the server that stores a run can know. */
const shown = (run: Run): unknown =>
  JSON.parse(
    JSON.stringify(
      {
        ...run,
        created_at: null,
        procedure: { ...run.procedure, name: null },
        created_by_user: null,
        operated_by: null,
        attachments: [],
      },
      (key, value: unknown) => (key === 'id' ? undefined : value),
    ),
  );

describe('the report of a result that waits', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;
  let bodies: ReturnType<typeof bodiesOf>;

  before(async () => {
    const procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
    bodies = bodiesOf(procedure);
  });

  const stored = async (kind: PushKind, body: string): Promise<string> => {
    if (kind === 'v1') return (await station.client.call(v1.createRun, { body: JSON.parse(body) as unknown })).id;
    if (kind === 'v2')
      return (await station.client.call(runs.create, { body: runs.create.body.parse(JSON.parse(body)) })).id;
    const { id: upload_id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name: 'r.json' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body })).status, 200);
    const report = { upload_id, importer: 'OPENHTF', client: 'Python', client_version: '2.2.4' } as const;
    return (await station.client.call(v1.importReport, { body: report })).id;
  };
  const about = (kind: PushKind) => ({
    kind,
    station: { id: station.id, name: 'Bench 1' },
    started_at: start,
    attachments: [{ name: 'trace.txt', mimetype: 'text/plain' }],
  });

  for (const kind of ['openhtf', 'v1', 'v2'] as const) {
    it(`shows what the server would show of it when it is stored (${kind})`, async () => {
      const body = JSON.stringify(bodies[kind]);
      const there = await bench.user.call(runs.get, { params: { id: await stored(kind, body) } });
      const here = runAnswer.parse(runOfPendingUpload(body, about(kind)));
      assert.deepEqual(
        shown(here),
        shown({ ...there, unit: { ...there.unit, part: { ...there.unit.part, revision: here.unit.part.revision } } }),
      );
      const ids = [...here.attachments, ...here.phases, ...here.phases.flatMap(({ measurements }) => measurements)];
      assert.equal(new Set(ids.map(({ id }) => id)).size, ids.length);
    });

    it(`shows what was measured also where the part number is missing or refused (${kind})`, () => {
      const body = JSON.stringify(bodies[kind]).replace('"part_number":"PCBA01"', '"part_number":null');
      assert.equal(runOfPendingUpload(body, about(kind)).unit.part.number, missingPartNumber);
      const tooLong = JSON.stringify(bodies[kind]).replace('"PCBA01"', JSON.stringify('P'.repeat(61)));
      assert.equal(runOfPendingUpload(tooLong, about(kind)).unit.part.number, missingPartNumber);
      assert.equal(runOfPendingUpload(body, about(kind)).phases.length, 1);
    });
  }
});
