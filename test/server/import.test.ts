import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { v1ErrorAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServer } from './bench.ts';
import type { TestClient } from './requests.ts';

const report = (metadata: object = {}, more: object = {}) => ({
  dut_id: 'SN-0001',
  start_time_millis: 1_767_323_045_000,
  end_time_millis: 1_767_323_046_500,
  outcome: 'PASS',
  metadata: { procedure_id: 'FVT1', part_number: 'PCBA01', ...metadata },
  phases: [
    { name: 'check', outcome: 'PASS', start_time_millis: 1_767_323_045_000, end_time_millis: 1_767_323_046_500 },
  ],
  ...more,
});

describe('the import of OpenHTF reports', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;

  before(async () => {
    station = await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
  });

  const upload = async (content: string, client: TestClient = station.client): Promise<string> => {
    const { id, uploadUrl } = await client.call(v1.initializeUpload, { body: { name: 'report.json' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: content })).status, 200);
    return id;
  };
  const body = (upload_id: string) => ({ upload_id, importer: 'OPENHTF', client: 'Python', client_version: '2.2.4' });
  const imported = async (content: unknown) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const { id } = await station.client.call(v1.importReport, { body: body(await upload(text)) });
    return bench.user.call(runs.get, { params: { id } });
  };
  const refusal = async (content: string | object) => {
    const id = await upload(typeof content === 'string' ? content : JSON.stringify(content));
    const reply = await station.client.send(v1.importReport, { body: body(id) });
    return [reply.status, v1ErrorAnswer.parse(reply.json()).error.message] as const;
  };

  it('stores the run, with the report as its attachment', async () => {
    const run = await imported(report());
    assert.deepEqual(
      [run.outcome, run.started_at, run.duration, run.created_by_station?.id],
      ['PASS', '2026-01-02T03:04:05.000Z', 'PT1.5S', station.id],
    );
    const [attachment, ...others] = run.attachments;
    assert.equal(attachment?.is_report, true);
    assert.deepEqual(others, []);
    assert.deepEqual(await (await fetch(attachment.download_url ?? '')).json(), report());
  });

  it('stores why the run ended as it did, with the phase', async () => {
    const phase_result = {
      exc_type: "<class 'ValueError'>",
      exc_val: 'no supply',
      exc_tb: 'File "/b/main.py", line 3',
    };
    const phases = [...report().phases, { name: 'boom', outcome: 'ERROR', result: { phase_result } }];
    const run = await imported(report({}, { outcome: 'ERROR', phases }));
    assert.deepEqual(run.findings, [
      {
        kind: 'error',
        phase_id: run.phases[1]?.id,
        title: 'ValueError',
        message: 'no supply',
        source_file: '/b/main.py',
        line_number: 3,
        is_failure: true,
      },
    ]);
    assert.equal((await imported(report())).findings, undefined);
  });

  it('of the same upload gives the same run again, also when asked twice at once', async () => {
    const id = await upload(JSON.stringify(report({}, { dut_id: 'Twice' })));
    const once = () => station.client.call(v1.importReport, { body: body(id) });
    const made = [...(await Promise.all([once(), once()])), await once()];
    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: 'twice' } });
    assert.equal(data.length, 1);
    for (const run of made) assert.equal(run.id, data[0]?.id);
  });

  it('returns no url, so that the official client prints the id of the run', async () => {
    const answer = await station.client.send(v1.importReport, { body: body(await upload(JSON.stringify(report()))) });
    assert.deepEqual(Object.keys(answer.json() ?? {}), ['id']);
  });

  it('stores outcomes as they are given', async () => {
    for (const outcome of ['FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'] as const) {
      assert.equal((await imported(report({}, { outcome }))).outcome, outcome);
    }
  });

  it('takes reports with bare NaN and Infinity', async () => {
    const measurements = ['NaN', 'Infinity', '-Infinity'].map(
      (token, n) => `"m${n}":{"name":"m${n}","outcome":"PASS","measured_value":${token}}`,
    );
    const phase = `{"name":"NaN","outcome":"PASS","measurements":{${measurements.join(',')}}}`;
    const run = await imported(JSON.stringify(report({}, { phases: '#' })).replace('"#"', `[${phase}]`));
    assert.equal(run.phases[0]?.name, 'NaN');
    assert.deepEqual(
      run.phases[0].measurements.map(({ measured_value }) => measured_value),
      ['nan', 'inf', '-inf'],
    );
  });

  it('refuses what it cannot take, with the reason', async () => {
    await bench.procedure('Burn-in', 'BURN');
    for (const [content, expected, reason] of [
      [report({ part_number: undefined }), 400, /no part number/],
      [report({ part_number: ' ' }), 400, /no part number/],
      [report({ procedure_id: undefined }), 400, /names no procedure/],
      [report({ procedure_id: 'BURN' }), 403, /Station "Bench 1" is not authorized .*"BURN": it is not linked/],
      [report({}, { dut_id: 'x'.repeat(61) }), 400, /dut_id: The serial number must be at most 60/],
      [{ hello: 'world' }, 400, /phases: /],
      ['[]', 400, /expected object/],
      ['{"dut_id":', 400, /The report "report.json" is not JSON/],
      ['', 400, /The report "report.json" is not JSON/],
    ] as const) {
      const [status, message] = await refusal(content);
      assert.equal(status, expected, message);
      assert.match(message, reason);
    }
    const { data } = await bench.user.call(runs.list, { query: { procedure_ids: crypto.randomUUID() } });
    assert.deepEqual(data, []);
  });

  it('can be retried when the reason for the refusal no longer exists', async () => {
    const procedure = await bench.procedure('Later', 'LATER');
    const late = await bench.station('Late');
    const id = await upload(JSON.stringify(report({ procedure_id: 'LATER' })), late.client);
    assert.equal((await late.client.send(v1.importReport, { body: body(id) })).status, 403);
    const linked = { params: { id: late.id, procedure_id: procedure } };
    await bench.user.call(local.linkProcedure, linked);
    assert.equal((await late.client.send(v1.importReport, { body: body(id) })).status, 200);
  });

  it("refuses unknown uploads, other stations' and those whose content never came", async () => {
    const other = await bench.station('Bench 2');
    const foreign = await upload(JSON.stringify(report()), other.client);
    assert.equal((await station.client.send(v1.importReport, { body: body(foreign) })).status, 403);
    assert.equal((await bench.user.send(v1.importReport, { body: body(crypto.randomUUID()) })).status, 404);
    const { id } = await station.client.call(v1.initializeUpload, { body: { name: 'report.json' } });
    assert.equal((await station.client.send(v1.importReport, { body: body(id) })).status, 409);
    assert.equal((await bench.user.send(v1.importReport, { body: { ...body(id), importer: 'WATS' } })).status, 400);
  });
});
