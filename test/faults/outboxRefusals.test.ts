import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { isRefused } from '../../src/extension/run/uploads/retries.ts';
import { type PendingUpload, UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending, type UploadResult } from '../../src/extension/run/uploads/uploadPending.ts';
import { idAnswer } from '../../src/shared/contract/common.ts';
import type { PendingUploadEntry } from '../../src/shared/contract/pendingUpload.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { type TestStation, useServerProcess } from '../server/bench.ts';
import { send } from '../server/requests.ts';
import { passedRun, runAt } from '../server/runs.ts';
import { temporaryFolder } from '../server/support.ts';

describe('the push of a kept result', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const box = new UploadFolder(join(temporaryFolder(), 'outbox'));
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
    await box.ensure();
  });

  const find = async (serial: string): Promise<PendingUpload | undefined> =>
    (await box.list()).find(({ serial_number }) => serial_number === serial);
  const found = async (serial: string): Promise<PendingUpload> =>
    (await find(serial)) ?? assert.fail(`No result of ${serial} is kept`);

  /** As the runner leaves what a script could not push. @param body JSON text */
  const keep = async (
    serial_number: string,
    kind: PendingUploadEntry['kind'],
    body: string,
  ): Promise<PendingUpload> => {
    const folder = join(box.path, serial_number);
    mkdirSync(folder);
    writeFileSync(join(folder, 'body.json'), body);
    const place = { instance: 'local', server: 'this machine', station: { id: station.id, name: 'Bench 1' } };
    const rest = { id: `of ${serial_number}`, kind, place, script: 'main.py', pid: 1, serial_number };
    const entry = { ...rest, outcome: 'PASS', started_at: 0, attachments: [] };
    writeFileSync(join(folder, 'entry.json'), JSON.stringify(entry));
    writeFileSync(join(folder, 'handed.json'), JSON.stringify({ status: null, message: 'Connection refused' }));
    return found(serial_number);
  };
  const push = (result: PendingUpload): Promise<UploadResult> =>
    uploadPending(box, result, () =>
      Promise.resolve({ api: new StationApi(bench.server.url, station.key), supportsMarks: true }),
    );
  /** The script's own push of that result. @param body JSON text */
  const pushedByScript = async (serial: string, path: string, body: string): Promise<string> => {
    const headers = { 'Idempotency-Key': `of ${serial}` };
    const reply = await send(bench.server.url, 'POST', path, { key: station.key, body, headers });
    assert.equal(reply.status, 200, reply.text);
    return idAnswer.parse(reply.json()).id;
  };
  const countOf = async (serial: string): Promise<number> =>
    (await bench.user.call(runs.list, { query: { serial_numbers: serial } })).data.length;

  it('that the server refuses because its mark belongs to another result stays, parked with the reason', async () => {
    await pushedByScript('SN-1', '/api/v1/runs', JSON.stringify(passedRun('FVT1', 'SN-0')));
    const result = await keep('SN-1', 'v1', JSON.stringify(passedRun('FVT1', 'SN-1')));
    const pushed = await push(result);
    assert.match(
      'pendingReason' in pushed ? pushed.pendingReason : '',
      /was used before, for run .* with other content/,
    );
    const kept = await found('SN-1');
    assert.deepEqual([kept.tried?.status, isRefused(kept), await countOf('SN-1')], [409, true, 0]);
  });

  it('that the server refuses because it ends before it starts is parked with the reason, on v1 as on v2', async () => {
    const start = Date.UTC(2026, 0, 1);
    for (const [serial, kind, body] of [
      ['SN-2', 'v2', runAt(procedure, 'SN-2', 'PASS', start, -1000)],
      ['SN-3', 'v1', { ...passedRun('FVT1', 'SN-3'), started_at: '2026-01-01T00:00:00Z', duration: '-PT1S' }],
    ] as const) {
      const pushed = await push(await keep(serial, kind, JSON.stringify(body)));
      assert.match('pendingReason' in pushed ? pushed.pendingReason : '', /ends before it starts|duration must be/);
      const kept = await found(serial);
      assert.deepEqual([kept.tried?.status, isRefused(kept), await countOf(serial)], [400, true, 0]);
    }
  });

  it('that is not valid JSON is parked instead of being tried for ever', async () => {
    const body = JSON.stringify({ ...passedRun('FVT1', 'SN-4'), phases: '#' }).replace('"#"', 'NaN');
    const pushed = await push(await keep('SN-4', 'v1', body));
    assert.match('pendingReason' in pushed ? pushed.pendingReason : '', /not valid JSON/);
    assert.equal(isRefused(await found('SN-4')), true);
  });

  it('finds the run that the script itself made when only the answer was lost, whatever digits it has', async () => {
    const measured = '{"name":"id","outcome":"PASS","measured_value":12345678901234567890,"lower_limit":1.0e0}';
    const phase = `{"name":"check","outcome":"PASS","start_time_millis":1,"end_time_millis":2.50,"measurements":[${measured}]}`;
    const body = JSON.stringify({ ...passedRun('FVT1', 'SN-5'), phases: '#' }).replace('"#"', `[ ${phase} ]`);
    const id = await pushedByScript('SN-5', '/api/v1/runs', body);
    assert.deepEqual(await push(await keep('SN-5', 'v1', body)), { runId: id });
    assert.deepEqual([await find('SN-5'), await countOf('SN-5')], [undefined, 1]);
  });

  it('that a proxy could not pass on in time, or for too many others, is tried again', async () => {
    for (const status of [408, 429, 502]) {
      const proxy = createServer((_request, reply) => reply.writeHead(status).end()).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const address = proxy.address();
      const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
      const serial = `SN-${status}`;
      const result = await keep(serial, 'v1', JSON.stringify(passedRun('FVT1', serial)));
      const api = new StationApi(url, station.key);
      await uploadPending(box, result, () => Promise.resolve({ api, supportsMarks: true }));
      proxy.close();
      assert.equal(isRefused(await found(serial)), false, serial);
      assert.deepEqual([Object.keys(await push(await found(serial))), await countOf(serial)], [['runId'], 1]);
    }
  });
});
