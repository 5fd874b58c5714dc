import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { Retries } from '../../src/extension/run/uploads/retries.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending, type UploadResult } from '../../src/extension/run/uploads/uploadPending.ts';
import type { PendingUploadEntry } from '../../src/shared/contract/pendingUpload.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { type TestStation, useServerProcess } from '../server/bench.ts';
import { temporaryFolder } from '../server/support.ts';
import { SetClock } from '../support/setClock.ts';

const hour = 60 * 60_000;

describe('results of a day without a server', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const box = new UploadFolder(join(temporaryFolder(), 'outbox'));
  const clock = new SetClock();
  const tries: UploadResult[] = [];
  let station: TestStation;

  before(async () => {
    station = await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
    await box.ensure();
  });

  /** As the runner leaves what a script could not push. */
  const keep = (serial_number: string, kind: PendingUploadEntry['kind'], body: unknown, started_at: number): void => {
    const folder = join(box.path, serial_number);
    mkdirSync(folder);
    const attachments = kind === 'openhtf' ? [{ name: 'trace.txt', mimetype: 'text/plain', file: 'file-0' }] : [];
    writeFileSync(join(folder, 'file-0'), '0 1 2 3');
    writeFileSync(join(folder, 'body.json'), JSON.stringify(body));
    const place = { instance: 'local', server: 'this machine', station: { id: station.id, name: 'Bench 1' } };
    const rest = { id: `of ${serial_number}`, kind, place, script: 'main.py', pid: 1, serial_number };
    writeFileSync(join(folder, 'entry.json'), JSON.stringify({ ...rest, outcome: 'PASS', started_at, attachments }));
    writeFileSync(join(folder, 'handed.json'), JSON.stringify({ status: null, message: 'Connection refused' }));
  };

  const plain = (serial_number: string, at: number): unknown => ({
    unit_under_test: { serial_number, part_number: 'PCBA01' },
    run_passed: true,
    procedure_id: 'FVT1',
    started_at: new Date(at).toISOString(),
    duration: 'PT1S',
  });
  const report = (dut_id: string, start_time_millis: number): unknown => ({
    dut_id,
    start_time_millis,
    end_time_millis: start_time_millis + 1000,
    outcome: 'PASS',
    metadata: { procedure_id: 'FVT1', part_number: 'PCBA01' },
    phases: [],
  });

  /** A window: the next one does not know what the last one has tried. */
  const window = (): Retries =>
    new Retries(
      {
        list: () => box.list(),
        push: async (result) => {
          const target = { api: new StationApi(bench.server.url, station.key), supportsMarks: true };
          const pushed = await box.withLock(result, (now) =>
            uploadPending(
              box,
              now,
              () => Promise.resolve(target),
              () => clock.now(),
            ),
          );
          tries.push(pushed ?? assert.fail('somebody else has it'));
        },
        reportError: (error) => assert.fail(String(error)),
      },
      clock,
    );

  it('are kept, tried at most hourly, and pushed once each when it is back', async () => {
    const begun = clock.now();
    const serials = ['SN-1', 'SN-2', 'SN-3', 'SN-4'];
    await bench.restart(async (server) => {
      await server.stop();
      let open = window();
      for (const [n, serial] of serials.entries()) {
        const at = begun + n * hour;
        if (n % 2 === 0) keep(serial, 'v1', plain(serial, at), at);
        else keep(serial, 'openhtf', report(serial, at), at);
        open.schedule(200); // as the change in the folder has it
        await clock.pass(hour);
      }
      open.dispose();
      await clock.pass(8 * hour); // over night
      open = window();
      open.schedule(0);
      await clock.pass(12 * hour);
      open.dispose();
    });
    // Five soon, then one an hour while a window is open.
    assert.ok(tries.length > 4 * 15 && tries.length < 4 * 25, String(tries.length));
    assert.ok(tries.every((each) => 'pendingReason' in each));
    const waiting = await box.list();
    assert.deepEqual(waiting.map((each) => each.serial_number), serials); // prettier-ignore
    assert.match(waiting[0]?.tried?.message ?? '', /does not answer/);

    tries.length = 0;
    const open = window();
    open.schedule(0);
    await clock.pass(hour);
    open.dispose();
    assert.equal(tries.filter((each) => 'runId' in each).length, 4);
    assert.deepEqual(readdirSync(box.path), []);
    const { data } = await bench.user.call(runs.list);
    const starts = data.map((run) => [run.unit.serial_number, Date.parse(run.started_at)]);
    assert.deepEqual(starts.sort(), serials.map((serial, n) => [serial, begun + n * hour])); // prettier-ignore
    for (const { id } of data.filter((run) => ['SN-2', 'SN-4'].includes(run.unit.serial_number))) {
      const run = await bench.user.call(runs.get, { params: { id } });
      assert.ok(run.attachments.some(({ name }) => name === 'trace.txt'));
    }
  });
});
