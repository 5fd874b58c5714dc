import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { type Reply, TestClient } from '../server/requests.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from '../server/support.ts';
import { useSmallDisk } from './smallDisk.ts';

const body = (serial_number: string) => ({
  unit_under_test: { serial_number, part_number: 'PCBA01' },
  run_passed: true,
  procedure_id: 'DISK',
  // So that some hundreds fill the disk.
  logs: [
    { level: 'INFO', timestamp: '2026-11-20T09:30:00Z', message: 'x'.repeat(20_000), source_file: 'a', line_number: 1 },
  ],
});

describe('a disk that fills up', function () {
  this.timeout(60_000);
  const disk = useSmallDisk(24);
  const data = join(disk.folder, 'data');
  let server: TestServer | undefined;
  const start = async (): Promise<TestClient> => {
    server = await startServer(data, { TEST_STATIONS_ADMIN_KEY: adminKey });
    return new TestClient(server.url, adminKey);
  };
  const acknowledged = new Map<string, string>();
  let pushed = 0;
  const push = async (user: TestClient): Promise<Reply> => {
    const serial = `SN-${++pushed}`;
    const reply = await user.send(v1.createRun, { body: body(serial) });
    if (reply.status === 200) acknowledged.set(serial, idAnswer.parse(reply.json()).id);
    return reply;
  };
  const fill = async (user: TestClient): Promise<Reply> => {
    for (;;) {
      const reply = await push(user);
      if (reply.status !== 200) return reply;
    }
  };
  const allAreThere = async (user: TestClient): Promise<void> => {
    for (const id of acknowledged.values()) assert.equal((await user.send(runs.get, { params: { id } })).status, 200);
    const { data: listed } = await user.call(runs.list, { query: { limit: '1' } });
    assert.equal(listed.length, 1);
  };
  const ballast = join(disk.folder, 'ballast');

  afterEach(() => server?.stop());

  it('is told with what to do; nothing that was acknowledged is lost, and it goes on once there is space', async () => {
    writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024));
    const user = await start();
    await user.call(procedures.create, { body: { name: 'Disk', identifier: 'DISK' } });
    const refused = await fill(user);
    assert.equal(refused.status, 500);
    assert.deepEqual(refused.json(), {
      error: {
        message:
          'The disk of the station server’s data folder is full. Nothing was saved: free some space, then try again.',
      },
    });
    assert.ok(acknowledged.size > 50, `${acknowledged.size} runs were acknowledged`);
    await allAreThere(user);
    rmSync(ballast);
    assert.equal((await push(user)).status, 200);
    await allAreThere(user);
    await server?.stop();
    assert.deepEqual(await findingsIn(data), []);
  });

  it('takes an attachment whole or not at all', async () => {
    const user = await start();
    const { uploadUrl } = await user.call(v1.initializeUpload, { body: { name: 'large.bin' } });
    const before = readdirSync(join(data, 'attachments'), { recursive: true }).length;
    const reply = await fetch(uploadUrl, { method: 'PUT', body: Buffer.alloc(30 * 1024 * 1024) });
    assert.equal(reply.status, 500);
    assert.match(await reply.text(), /data folder is full/);
    const left = readdirSync(join(data, 'attachments'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      left.filter((each) => each.isFile()).map(({ name }) => name),
      [],
    );
    assert.ok(left.length >= before);
    assert.equal((await push(user)).status, 200);
  });

  it('loses nothing when the server is killed on it', async () => {
    const user = await start();
    await fill(user);
    await server?.kill();
    await assert.rejects(start(), /ended with 15: The disk of the station server’s data folder is full/);
    disk.remount('size=64m');
    await allAreThere(await start());
    await server?.stop();
    assert.deepEqual(await findingsIn(data), []);
  });

  it('that is too small for a backup ends it without anything that looks like one', async () => {
    const source = temporaryFolder();
    const from = await startServer(source, { TEST_STATIONS_ADMIN_KEY: adminKey });
    const { uploadUrl } = await new TestClient(from.url, adminKey).call(v1.initializeUpload, {
      body: { name: 'large' },
    });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: Buffer.alloc(80 * 1024 * 1024) })).status, 200);
    await from.stop();
    const before = readdirSync(disk.folder);
    const { code, stderr } = await runServerProgram(['backup', '--data', source, '--to', join(disk.folder, 'backup')]);
    assert.equal(code, 15, stderr);
    assert.match(stderr, /^The backup to .* failed .* Check that there is space/);
    assert.deepEqual(readdirSync(disk.folder), before);
  });

  it('that cannot be written any more is told: runs are refused, what is there is still read', async () => {
    const user = await start();
    assert.equal((await push(user)).status, 200);
    await server?.stop();
    disk.remount('ro');
    const { code, stderr } = await runServerProgram(['--data', data]);
    assert.equal(code, 15, stderr);
    assert.match(stderr, /cannot write to its data folder.*make the folder writable/);
    disk.remount('rw');
    await allAreThere(await start());
    console.log(`      ${acknowledged.size} acknowledged runs, none lost`);
  });
});
