import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { ObjectStorage } from '../../src/server/attachments/objectStorage.ts';
import { serverExit } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { bucket, startObjectStorage, type TestStorage } from '../support/objectStorage.ts';
import { isPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, startServer, temporaryFolder } from './support.ts';

const place = `s3://${bucket}/lab/bench`;

describe('attachments in an object storage', function () {
  this.timeout(60_000);
  const env: NodeJS.ProcessEnv = {};
  const objects = temporaryFolder();
  let storage: TestStorage;
  before(async () => {
    storage = await startObjectStorage(objects);
    Object.assign(env, storage.env);
  });
  const bench = useServerProcess(env, ['--attachments', place]);
  before(() => bench.procedure('Functional test', 'FVT1'));
  afterEach(() => (storage.disturb = () => null));
  after(() => storage.stop());

  const initialize = () => bench.user.call(v1.initializeUpload, { body: { name: 'trace.bin' } });
  const put = (url: string, body: string | Buffer) => fetch(url, { method: 'PUT', body });
  const keyOf = (id: string) => `lab/bench/attachments/${id}`;
  const sync = async (upload_id: string) => {
    const { id: run_id } = await bench.user.call(v1.createRun, { body: passedRun('FVT1') });
    const { status } = await bench.user.send(v1.syncUpload, { body: { upload_id, run_id } });
    return { status, run_id };
  };
  const download = async (run_id: string): Promise<string> => {
    const { attachments } = await bench.user.call(runs.get, { params: { id: run_id } });
    return attachments[0]?.download_url ?? '';
  };
  const start = (folder: string, more: NodeJS.ProcessEnv, attachments = place) =>
    runServerProgram(['--data', folder, '--attachments', attachments], { ...storage.env, ...more });

  it('leave no content in the data folder, and its log has no key of the storage', async () => {
    const { id, uploadUrl } = await initialize();
    assert.equal((await put(uploadUrl, 'in the bucket')).status, 200);
    const { run_id } = await sync(id);
    assert.equal(await (await fetch(await download(run_id))).text(), 'in the bucket');
    assert.ok(storage.keys().includes(keyOf(id)));
    assert.deepEqual(
      readdirSync(join(bench.folder, 'attachments'), { recursive: true }).filter((name) => name !== 'incoming'),
      [],
    );
    assert.doesNotMatch(bench.server.stderr(), /S3RVER/);
  });

  for (const [what, fault] of [
    ['resets each connection', 'reset'],
    ['answers with 503', { status: 503, code: 'SlowDown' }],
    ['answers with 403', { status: 403, code: 'AccessDenied' }],
    ['loses its answer', 'unanswered'],
  ] as const) {
    it(`are not acknowledged if the storage ${what}, and can be sent again`, async () => {
      const { id, uploadUrl } = await initialize();
      storage.disturb = (method) => (method === 'PUT' ? fault : null);
      const refused = await put(uploadUrl, 'content');
      assert.equal(refused.status, 503);
      assert.match(await refused.text(), /cannot use its storage for attachments. Nothing was saved: try again later/);
      assert.equal((await sync(id)).status, 409);
      storage.disturb = () => null;
      assert.equal((await put(uploadUrl, 'content')).status, 200);
      const { status, run_id } = await sync(id);
      assert.equal(status, 200);
      assert.equal(await (await fetch(await download(run_id))).text(), 'content');
      assert.deepEqual(readdirSync(join(bench.folder, 'attachments', 'incoming')), []);
    });
  }

  it('are stored although the storage fails at first', async () => {
    const { uploadUrl } = await initialize();
    let failures = 2;
    storage.disturb = () => (failures-- > 0 ? 'reset' : null);
    assert.equal((await put(uploadUrl, Buffer.alloc(3_000_000, 7))).status, 200);
  });

  it('are acknowledged only after the storage has answered', async () => {
    const { uploadUrl } = await initialize();
    let answer = (): void => {};
    const asked = new Promise<void>((arrived) => {
      storage.disturb = () =>
        new Promise((done) => {
          answer = () => done(null);
          arrived();
        });
    });
    let isAcknowledged = false;
    const sent = put(uploadUrl, 'slow').finally(() => (isAcknowledged = true));
    await asked;
    assert.equal((await fetch(`${bench.server.url}/ready`)).status, 200);
    assert.equal(isAcknowledged, false);
    answer();
    assert.equal((await sent).status, 200);
  });

  it('replace the object of an upload that was never acknowledged', async () => {
    const { id, uploadUrl } = await initialize();
    storage.disturb = (method) => (method === 'PUT' ? 'unanswered' : null);
    assert.equal((await put(uploadUrl, 'first try')).status, 503);
    assert.ok(storage.keys().includes(keyOf(id)));
    storage.disturb = () => null;
    assert.equal((await put(uploadUrl, 'second try')).status, 200);
    const { run_id } = await sync(id);
    assert.equal(await (await fetch(await download(run_id))).text(), 'second try');
  });

  it('break off if the storage truncates its answer, and never seem complete', async () => {
    const { id, uploadUrl } = await initialize();
    await put(uploadUrl, Buffer.alloc(1_000_000, 1));
    const url = await download((await sync(id)).run_id);
    storage.disturb = (method) => (method === 'GET' ? 'truncated' : null);
    await assert.rejects(async () => (await fetch(url)).arrayBuffer());
    storage.disturb = () => null;
    assert.equal((await (await fetch(url)).arrayBuffer()).byteLength, 1_000_000);
  });

  it('are refused with a reason if the storage is down, and answer HEAD requests without it', async () => {
    const { id, uploadUrl } = await initialize();
    await put(uploadUrl, 'content');
    const url = await download((await sync(id)).run_id);
    storage.disturb = () => 'reset';
    assert.equal((await fetch(url)).status, 503);
    const head = await fetch(url, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, '7']);
  });

  it('are removed by a later sweep if the storage is down when their run is deleted', async () => {
    const { id, uploadUrl } = await initialize();
    await put(uploadUrl, 'x');
    const { run_id } = await sync(id);
    storage.disturb = (method) => (method === 'DELETE' ? 'reset' : null);
    await bench.user.call(runs.delete, { query: { ids: run_id } });
    assert.ok(storage.keys().includes(keyOf(id)));
    storage.disturb = () => null;
    await bench.restart((server) => server.stop());
    while (storage.keys().includes(keyOf(id))) await new Promise((later) => setTimeout(later, 20));
  });

  it('are compared with the bucket by check, and left to the bucket by backup', async function () {
    if (isPostgres) skip(this, 'check and backup are for data in SQLite');
    const { id, uploadUrl } = await initialize();
    await put(uploadUrl, 'checked');
    await sync(id);
    const options = ['--data', bench.folder, '--attachments', place];
    const clean = await runServerProgram(['check', ...options], storage.env);
    assert.deepEqual([clean.code, clean.stdout, clean.stderr], [0, '', '']);
    const other = await startObjectStorage(temporaryFolder());
    const { code, stdout } = await runServerProgram(['check', ...options], other.env);
    await other.stop();
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`The object of attachment ${id} \\("trace.bin"\\) is missing\\.`));
    const file = join(temporaryFolder(), 'backup.db');
    const backup = await runServerProgram(['backup', ...options, '--to', file], storage.env);
    assert.equal(backup.code, 0, backup.stderr);
    assert.match(backup.stdout, /were not copied. Back up the bucket with its own tools/);
    assert.deepEqual([existsSync(file), existsSync(`${file}.attachments`)], [true, false]);
  });

  it('are listed in several answers', async () => {
    for (let count = 0; count < 5; count++) await put((await initialize()).uploadUrl, 'x');
    const { env: variables } = storage;
    const lists = new ObjectStorage(
      { bucket, prefix: 'lab/bench/' },
      {
        endpoint: String(variables['AWS_ENDPOINT_URL']),
        region: 'us-east-1',
        accessKeyId: 'S3RVER',
        secretAccessKey: 'S3RVER',
        sessionToken: null,
      },
    );
    const groups: Map<string, number>[] = [];
    for await (const group of lists.sizes(2)) groups.push(group);
    assert.ok(groups.length > 2);
    const ids = groups.flatMap((group) => [...group.keys()]);
    assert.deepEqual(
      ids.map(keyOf).sort(),
      storage
        .keys()
        .filter((key) => key.startsWith('lab/bench/attachments/'))
        .sort(),
    );
  });

  it('refuse a place that belongs to another server', async () => {
    const { code, stderr } = await start(temporaryFolder(), {});
    assert.equal(code, serverExit.storageUnusable);
    assert.match(stderr, /contains the attachments of another station server. Choose another bucket or prefix/);
  });

  for (const [what, more, message] of [
    [
      'has an unknown key',
      { AWS_ACCESS_KEY_ID: 'unknown' },
      /InvalidAccessKeyId\). Check AWS_ACCESS_KEY_ID and AWS_SEC/,
    ],
    ['cannot be reached', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, /cannot be reached .*Check AWS_ENDPOINT_URL/],
  ] as const) {
    it(`refuse to start with a storage that ${what}, and say what to do`, async () => {
      const { code, stderr } = await start(temporaryFolder(), more);
      assert.equal(code, serverExit.storageUnusable, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /wrong-secret|S3RVER\b/);
    });
  }

  it('refuse to start if the storage refuses the signature, and show no key', async () => {
    storage.disturb = () => ({ status: 403, code: 'SignatureDoesNotMatch' });
    const { code, stderr } = await start(temporaryFolder(), { AWS_SECRET_ACCESS_KEY: 'wrong-secret' });
    assert.equal(code, serverExit.storageUnusable);
    assert.match(stderr, /SignatureDoesNotMatch\). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/);
    assert.doesNotMatch(stderr, /wrong-secret/);
  });

  it('refuse to start without the bucket, without the right to write, and without a key', async () => {
    const missing = await start(temporaryFolder(), {}, 's3://no-such-bucket');
    assert.equal(missing.code, serverExit.storageUnusable);
    assert.match(missing.stderr, /NoSuchBucket\). Create the bucket "no-such-bucket", or correct --attachments/);
    storage.disturb = (method) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : null);
    const readOnly = await start(temporaryFolder(), {}, `s3://${bucket}/other`);
    assert.match(readOnly.stderr, /Allow this access key to list, read, write and delete objects of the bucket/);
    const without = await start(temporaryFolder(), { AWS_SECRET_ACCESS_KEY: '' });
    assert.equal(without.code, serverExit.usage);
    assert.match(without.stderr, /needs AWS_SECRET_ACCESS_KEY in the environment/);
  });

  it('accept a folder instead, which must exist', async () => {
    const [data, folder] = [temporaryFolder(), temporaryFolder()];
    const refused = await start(data, {}, join(folder, 'not-mounted'));
    assert.equal(refused.code, serverExit.storageUnusable);
    assert.match(refused.stderr, /does not exist. Create it, or mount the disk that contains it/);
    const server = await startServer(data, { TEST_STATIONS_ADMIN_KEY: adminKey }, ['--attachments', folder]);
    await server.stop();
    assert.equal(existsSync(join(data, 'attachments')), false);
  });
});
