import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, it } from 'mocha';
import { SignedUrls } from '../../src/server/attachments/signedUrls.ts';
import { hashKey } from '../../src/server/keys.ts';
import { OperatorLinks } from '../../src/server/live/operator/links.ts';
import { changesSchema } from '../../src/server/store/sqlite/schema/changesSchema.ts';
import { firstSchema } from '../../src/server/store/sqlite/schema/firstSchema.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, type TestStation, useServerProcess } from './bench.ts';
import { send, TestClient } from './requests.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

describe('the secret that signs addresses and links', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const root = temporaryFolder();
  let count = 0;
  const elsewhere = (): string => join(root, String(count++));
  const secretFile = (): string => join(bench.folder, 'signing.secret');
  const database = (): string => join(bench.folder, 'stations.db');
  let station: TestStation;
  let run: string;

  beforeEach(async () => {
    const procedure = `SIGN-${count++}`;
    station = await bench.station(`Bench ${count++}`, await bench.procedure(procedure, procedure));
    const { id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: 'the note' })).status, 200);
    run = (await station.client.call(v1.createRun, { body: passedRun(procedure) })).id;
    await station.client.call(v1.syncUpload, { body: { upload_id: id, run_id: run } });
  });

  /** What a server signs: the address of the run's attachment, and the token of a link to the station. */
  const signedBy = async ({ url }: TestServer): Promise<{ path: string; token: string }> => {
    const user = new TestClient(url, adminKey);
    const { attachments } = await user.call(runs.get, { params: { id: run } });
    const link = await user.call(operator.link, { params: { id: station.id } });
    const address = new URL(attachments[0]?.download_url ?? '');
    return { path: address.pathname + address.search, token: link.url.split('/').at(-1) ?? '' };
  };
  const download = async (path: string): Promise<number> => (await fetch(bench.server.url + path)).status;
  const watch = async (token: string): Promise<number> => {
    const path = operator.states.path.replace('{id}', station.id);
    const { status, body } = await fetch(bench.server.url + path, { headers: { Authorization: `Bearer ${token}` } });
    await body?.cancel();
    return status;
  };

  it('is that of the environment for servers that share data, and no short one', async () => {
    const { token } = await signedBy(bench.server);
    const folder = elsewhere();
    cpSync(bench.folder, folder, { recursive: true, filter: (path) => !path.includes('server.lock') });
    const shared = {
      TEST_STATIONS_SIGNING_SECRET: readFileSync(secretFile(), 'utf8'),
      TEST_STATIONS_ADMIN_KEY: adminKey,
    };
    rmSync(join(folder, 'signing.secret'));
    const other = await startServer(folder, shared);
    const path = operator.states.path.replace('{id}', station.id);
    const { status, body } = await fetch(other.url + path, { headers: { Authorization: `Bearer ${token}` } });
    await body?.cancel();
    await other.stop();
    assert.equal(status, 200);
    const { code, stderr } = await runServerProgram(['--data', folder], { TEST_STATIONS_SIGNING_SECRET: 'short' });
    assert.equal(code, 2);
    assert.match(stderr, /TEST_STATIONS_SIGNING_SECRET must have 32 to 200/);
  });

  it('keeps the signing secret over a restart', async () => {
    const { path, token } = await signedBy(bench.server);
    await bench.restart((server) => server.kill());
    assert.equal(await download(path), 200);
    assert.equal(await watch(token), 200);
  });

  it('leaves the signing secret out of backups', async () => {
    const file = elsewhere();
    const { code, stderr } = await runServerProgram(['backup', '--data', bench.folder, '--to', file]);
    assert.equal(code, 0, stderr);
    const secret = readFileSync(secretFile(), 'utf8');
    for (const each of [file, database()]) assert.ok(!readFileSync(each).includes(secret), each);
    const folder = elsewhere();
    mkdirSync(folder);
    copyFileSync(file, join(folder, 'stations.db'));
    cpSync(`${file}.attachments`, join(folder, 'attachments'), { recursive: true });
    const thief = await startServer(folder);
    const forged = await signedBy(thief);
    await thief.stop();
    assert.equal(await download(forged.path), 403);
    assert.equal(await watch(forged.token), 401);
    const genuine = await signedBy(bench.server);
    assert.equal(await download(genuine.path), 200);
    assert.equal(await watch(genuine.token), 200);
  });

  it('creates a new signing secret when its file was removed', async () => {
    const before = await signedBy(bench.server);
    await bench.restart(async (server) => {
      await server.stop();
      rmSync(secretFile());
    });
    assert.equal(await download(before.path), 403);
    assert.equal(await watch(before.token), 401);
  });

  it('creates a new signing secret when its file is damaged', async () => {
    for (const damage of ['', 'short', 'x'.repeat(64)]) {
      await bench.restart(async (server) => {
        await server.stop();
        writeFileSync(secretFile(), damage);
      });
      assert.match(readFileSync(secretFile(), 'utf8'), /^[0-9a-f]{64}$/);
      if (process.platform !== 'win32') assert.equal(statSync(secretFile()).mode & 0o777, 0o600);
      const { path } = await signedBy(bench.server);
      assert.equal(await download(path), 200);
    }
  });

  it('does not use the signing secret of an earlier version, whose backups contain it', async () => {
    const folder = elsewhere();
    mkdirSync(folder);
    const old = new DatabaseSync(join(folder, 'stations.db'));
    old.exec(firstSchema + changesSchema);
    const [id, keyId, key] = [crypto.randomUUID(), crypto.randomUUID(), 'tss_a-key-of-the-earlier-version'];
    old.exec(`
      insert into instance (id, created_at) values ('${crypto.randomUUID()}', 1);
      insert into users (id, name, email, created_at) values ('${crypto.randomUUID()}', 'Local user', 'local@x.invalid', 1);
      insert into stations (id, name, name_key, created_at) values ('${id}', 'Bench', 'bench', 1);
      insert into api_keys (id, hash, prefix, kind, station_id, created_at)
        values ('${keyId}', '${hashKey(key)}', 'tss_', 'station', '${id}', 1);
      pragma user_version = 1`);
    const secret = String(old.prepare('select signing_secret from instance').get()?.['signing_secret']);
    old.close();
    assert.match(secret, /^[0-9a-f]{64}$/);

    const server = await startServer(folder);
    try {
      assert.notEqual(readFileSync(join(folder, 'signing.secret'), 'utf8'), secret);
      const stored = new DatabaseSync(join(folder, 'stations.db'), { readOnly: true });
      assert.deepEqual(Object.keys(stored.prepare('select * from instance').get() ?? {}), ['id', 'created_at']);
      stored.close();
      assert.equal((await send(server.url, 'GET', '/api/v2/runs', { key })).status, 200);
      const forged = new SignedUrls(secret).sign('GET', `/api/attachments/${crypto.randomUUID()}`);
      assert.equal((await fetch(server.url + forged)).status, 403);
      const token = new OperatorLinks(secret).token(id, keyId);
      const answer = await new TestClient(server.url, token).open(operator.states.path.replace('{id}', id));
      await answer.body?.cancel();
      assert.equal(answer.status, 401);
    } finally {
      await server.stop();
    }
  });
});
