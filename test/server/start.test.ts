import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { DataFolder } from '../../src/server/cli/dataFolder.ts';
import { newUserKey as addNamedKey } from '../../src/server/cli/userKeys.ts';
import { local, serverAddress, serverExit } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { newUserKey, runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

const oneLine = /^[^\n]+\n$/;

describe('starting the server', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  let count = 0;
  let folder: string;
  const running: TestServer[] = [];

  const start = async (...args: Parameters<typeof startServer>): Promise<TestServer> => {
    const server = await startServer(...args);
    running.push(server);
    return server;
  };

  beforeEach(() => (folder = join(root, String(count++))));
  afterEach(async () => {
    for (const server of running.splice(0)) await server.kill();
  });

  it('reports its address on stdout and in server.json, which only this user can read', async () => {
    const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
    const file = join(folder, 'server.json');
    assert.deepEqual(serverAddress.parse(JSON.parse(readFileSync(file, 'utf8'))), server.address);
    assert.equal(server.address.data, folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'stations.db')).mode & 0o777, 0o600);
    const health = await new TestClient(server.url).call(local.health);
    assert.equal(health.instance, server.address.instance);
    const { stdout, stderr, code } = await server.stop();
    assert.match(stdout, oneLine);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  it('exits with 0 on SIGINT and leaves server.json', async () => {
    const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
    assert.equal((await server.stop('SIGINT')).code, 0);
    assert.ok(existsSync(join(folder, 'server.json')));
  });

  it('keeps instance and port over a restart', async () => {
    const first = await start(folder);
    await first.stop();
    const second = await start(folder);
    assert.equal(second.url, first.url);
    assert.equal(second.address.instance, first.address.instance);
  });

  it('uses another port when the last one is in use', async () => {
    const first = await start(folder);
    const other = join(root, 'other');
    writeFileSync(join((await start(other)).address.data, 'server.json'), JSON.stringify(first.address));
    await running.pop()?.stop();
    const second = await start(other);
    assert.notEqual(second.url, first.url);
  });

  it('starts after it was killed', async () => {
    const first = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
    await new TestClient(first.url, adminKey).call(stations.create, { body: { name: 'Bench 1' } });
    await first.kill();
    const second = await start(folder);
    const { data } = await new TestClient(second.url, adminKey).call(stations.list);
    assert.deepEqual(
      data.map(({ name }) => name),
      ['Bench 1'],
    );
  });

  it('starts with a truncated address file', async () => {
    await (await start(folder)).stop();
    writeFileSync(join(folder, 'server.json'), '{"url":');
    await start(folder);
  });

  it('continues when no program reads its output any more', async () => {
    const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
    server.stopReading();
    const database = new DatabaseSync(join(folder, 'stations.db'));
    database.exec('drop table station_procedures');
    database.close();
    const client = new TestClient(server.url, adminKey);
    // Each failure is written to stderr, which is closed.
    for (const name of ['a', 'b', 'c']) {
      const { id } = await client.call(stations.create, { body: { name } });
      assert.equal((await client.send(stations.get, { params: { id } })).status, 500);
    }
    assert.equal((await client.send(local.health)).status, 200);
  });

  describe('with an exit code and one line', () => {
    it('refuses to start when another server has locked the folder', async () => {
      const first = await start(folder);
      const { code, stderr, stdout } = await runServerProgram(['--data', folder]);
      assert.equal(code, serverExit.folderInUse);
      assert.match(stderr, oneLine);
      assert.ok(stderr.includes(folder) && stderr.includes(first.url) && stderr.includes('in use'), stderr);
      assert.equal(stdout, '');
      assert.equal((await new TestClient(first.url).send(local.health)).status, 200);
    });

    it('refuses to start when the port is taken', async () => {
      const other = createServer();
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const taken = other.address();
      assert.ok(taken !== null && typeof taken === 'object');
      const { code, stderr } = await runServerProgram(['--data', folder, '--port', String(taken.port)]);
      other.close();
      assert.equal(code, serverExit.portTaken);
      assert.match(stderr, oneLine);
      assert.ok(stderr.includes(String(taken.port)) && stderr.includes('--port'), stderr);
    });

    it('refuses to start when the folder is not writable', async () => {
      writeFileSync(join(root, 'file'), '');
      for (const path of [join(root, 'file'), join(root, 'file', 'below'), '/proc/nowhere']) {
        const { code, stderr } = await runServerProgram(['--data', path]);
        assert.equal(code, serverExit.folderNotWritable, stderr);
        assert.match(stderr, oneLine);
        assert.ok(stderr.includes(path) && stderr.includes('--data'), stderr);
      }
    });

    it('refuses to start on a database of a newer version, and does not change it', async () => {
      await (await start(folder)).stop();
      const database = new DatabaseSync(join(folder, 'stations.db'));
      database.exec('pragma user_version = 999');
      database.close();
      for (const args of [
        ['--data', folder],
        ['new-user-key', '--data', folder],
      ]) {
        const { code, stderr } = await runServerProgram(args);
        assert.equal(code, serverExit.schemaTooNew);
        assert.match(stderr, oneLine);
        assert.match(stderr, /newer version.*999/);
      }
    });

    it('refuses a key in the environment that is too short, without printing it', async () => {
      for (const short of ['tooshort9', 'a-key-of-thirty-one-characters.']) {
        const { code, stderr } = await runServerProgram(['--data', folder], { TEST_STATIONS_ADMIN_KEY: short });
        assert.equal(code, serverExit.usage);
        assert.match(stderr, oneLine);
        assert.match(stderr, /TEST_STATIONS_ADMIN_KEY must have 32/);
        assert.ok(!stderr.includes(short));
        assert.ok(!existsSync(folder));
      }
    });

    it('refuses invalid arguments and prints the usage', async () => {
      const senseless = [
        [],
        ['--data'],
        ['--port', '1'],
        ['--data', folder, '--port', '65536'],
        ['run', '--data', folder],
      ];
      for (const args of [
        ...senseless,
        ['--data', folder, '--frob'],
        ['--data', folder, '--revoke-others'],
        ['--data', folder, '--name', 'x'],
        ['new-user-key', '--data', folder, '--name', 'a b'],
      ]) {
        const { code, stderr } = await runServerProgram(args);
        assert.equal(code, serverExit.usage, args.join(' '));
        assert.match(stderr, /usage: server\.js --data DIR/);
      }
      assert.ok(!existsSync(folder));
    });
  });

  it('prints its usage with --help', async () => {
    const { code, stdout } = await runServerProgram(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^usage: /);
  });

  describe('user keys', () => {
    const statusWith = async ({ url }: TestServer, key: string): Promise<number> =>
      (await new TestClient(url, key).send(stations.list)).status;

    it('generates a user key at the first start and prints it once on stderr', async () => {
      const first = await start(folder);
      const key = /tsu_[\w-]{43}$/m.exec(first.stderr())?.[0];
      assert.ok(key, first.stderr());
      assert.equal(await statusWith(first, key), 200);
      await first.stop();
      const second = await start(folder);
      assert.equal(await statusWith(second, key), 200);
      assert.equal((await second.stop()).stderr, '');
    });

    it('uses the key of the environment for a new folder only', async () => {
      await (await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey })).stop();
      const another = 'another-admin-key-of-the-server-tests';
      const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: another });
      assert.equal(await statusWith(server, adminKey), 200);
      assert.equal(await statusWith(server, another), 401);
    });

    it('new-user-key creates user keys before the first start, while the server runs, and instead of all others', async () => {
      const before = await newUserKey(folder);
      const server = await start(folder);
      assert.equal(server.stderr(), '');
      const during = await newUserKey(folder);
      assert.notEqual(before, during);
      assert.equal(await statusWith(server, before), 200);
      assert.equal(await statusWith(server, during), 200);
      const only = await newUserKey(folder, '--revoke-others');
      assert.equal(await statusWith(server, before), 401);
      assert.equal(await statusWith(server, during), 401);
      assert.equal(await statusWith(server, only), 200);
    });

    it('new-user-key replaces the earlier key of the same name, and no other', async () => {
      const unnamed = await newUserKey(folder);
      const server = await start(folder);
      const other = await newUserKey(folder, '--name', 'editor-2');
      let last = await newUserKey(folder, '--name', 'editor-1');
      for (let renewal = 0; renewal < 2; renewal++) {
        const next = await newUserKey(folder, '--name', 'editor-1');
        assert.equal(await statusWith(server, last), 401);
        last = next;
      }
      for (const key of [unnamed, other, last]) assert.equal(await statusWith(server, key), 200);
    });

    it('new-user-key keeps up to 20 named keys and ends the one that was unused longest', async () => {
      const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
      // What the command does, without a process for each.
      const named = (name: string) => addNamedKey(new DataFolder(folder), { name, revokeOthers: false });
      const keys: string[] = [];
      for (let n = 0; n < 20; n++) keys.push(await named(`editor-${n}`));
      const [first = '', second = ''] = keys;
      assert.equal(await statusWith(server, first), 200); // now the second one is the one that was unused longest
      const further = await named('editor-20');
      assert.equal(await statusWith(server, second), 401);
      for (const key of [...keys.filter((each) => each !== second), further, adminKey]) {
        assert.equal(await statusWith(server, key), 200);
      }
    });

    it('new-user-key does not migrate the data of a running server', async () => {
      const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
      const schema = (): unknown => withDatabase((database) => database.prepare('pragma user_version').get());
      const tables = (): unknown => withDatabase((database) => database.prepare('select * from sqlite_schema').all());
      function withDatabase<T>(work: (database: DatabaseSync) => T): T {
        const database = new DatabaseSync(join(folder, 'stations.db'), { timeout: 10_000 });
        try {
          return work(database);
        } finally {
          database.close();
        }
      }
      // To this program, the running server is now one of an earlier version.
      withDatabase((database) => database.exec('pragma user_version = 1'));
      const before = [schema(), tables()];
      const refused = await runServerProgram(['new-user-key', '--data', folder]);
      assert.equal(refused.code, serverExit.schemaTooOld);
      assert.match(
        refused.stderr,
        /^A station server of an earlier version is running [^\n]+ Stop that server[^\n]+\n$/,
      );
      const checked = await runServerProgram(['check', '--data', folder]);
      assert.equal(checked.code, serverExit.schemaTooOld);
      assert.match(checked.stderr, /^The data in [^\n]+ is of an earlier version\. [^\n]+\n$/);
      const backedUp = await runServerProgram(['backup', '--data', folder, '--to', `${folder}.backup`]);
      assert.equal(backedUp.code, 0, backedUp.stderr);
      assert.deepEqual([schema(), tables()], before);
      assert.equal(await statusWith(server, adminKey), 200);
    });

    it('stores no key in the data folder', async () => {
      const key = await newUserKey(folder);
      const server = await start(folder, { TEST_STATIONS_ADMIN_KEY: adminKey });
      const client = new TestClient(server.url, key);
      const { id } = await client.call(stations.create, { body: { name: 'Bench 1' } });
      const { api_key } = await client.call(local.generateKey, { params: { id } });
      const names = ['stations.db', 'stations.db-wal', 'server.json', 'server.lock.db'];
      const content = Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
      assert.ok(content.includes(id));
      for (const secret of [key, api_key]) assert.ok(!content.includes(secret.slice(8)));
    });
  });
});
