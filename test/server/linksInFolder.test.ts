import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, beforeEach, describe, it } from 'mocha';
import { findOrStartServer } from '../../src/extension/connection/serverProcess.ts';
import { version } from '../../src/server/version.ts';
import { serverExit } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { skip } from '../support/skip.ts';
import { adminKey, useServer } from './bench.ts';
import { TestClient } from './requests.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, serverProgram, startServer, temporaryFolder } from './support.ts';

const env = { TEST_STATIONS_ADMIN_KEY: adminKey };

/** Everything below a folder: contents, permissions, and where links lead. */
function everythingIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return Object.fromEntries(
    [folder, ...paths].map((path) => {
      const { mode } = lstatSync(path);
      return [path, `${mode.toString(8)} ${statSync(path).isFile() ? readFileSync(path, 'hex') : ''}`];
    }),
  );
}

describe('a link in the data folder', function () {
  this.timeout(60_000);
  before(function () {
    if (process.platform === 'win32') skip(this, 'only an administrator may make links on Windows');
  });
  const bench = useServer();
  const root = temporaryFolder();
  let count = 0;
  let outside: string;
  let had: Record<string, string>;
  let attached: { id: string; run: string };

  /** A data folder with a run and its attachment, whose server has ended. */
  async function dataFolder(): Promise<string> {
    const folder = join(root, String(count++));
    await bench.restart(async (server) => {
      await server.stop();
      cpSync(bench.folder, folder, { recursive: true });
    });
    return folder;
  }
  const put = (folder: string, name: string, target: string): void => {
    rmSync(join(folder, name), { recursive: true, force: true });
    symlinkSync(target, join(folder, name));
  };
  const assertUntouched = (): void => assert.deepEqual(everythingIn(outside), had);

  before(async () => {
    await bench.procedure('Linked', 'LINK');
    const { id, uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: 'the note' })).status, 200);
    const { id: run } = await bench.user.call(v1.createRun, { body: passedRun('LINK') });
    await bench.user.call(v1.syncUpload, { body: { upload_id: id, run_id: run } });
    attached = { id, run };
  });

  beforeEach(() => {
    outside = join(root, `outside ${count++}`);
    mkdirSync(join(outside, 'folder', 'incoming'), { recursive: true });
    // With names of the server's own; its attachments are in folders of their first two letters.
    for (const name of ['precious.txt', 'folder/precious.txt', 'folder/incoming/precious.txt', 'folder/stations.db'])
      writeFileSync(join(outside, name), 'precious');
    writeFileSync(join(outside, 'empty'), '');
    const database = new DatabaseSync(join(outside, 'other.db'));
    database.exec(`create table precious (word); insert into precious values ('precious')`);
    database.close();
    for (const name of ['precious.txt', 'empty', 'other.db']) chmodSync(join(outside, name), 0o644);
    had = everythingIn(outside);
  });

  const refused = async (folder: string, name: string, ...command: string[]): Promise<void> => {
    const { code, stderr } = await runServerProgram([...command, '--data', folder], env);
    assert.equal(code, serverExit.folderNotWritable, stderr);
    assert.ok(stderr.startsWith(`${join(folder, name)} is a link, and the station server follows none`), stderr);
    assertUntouched();
  };
  const files = ['stations.db', 'server.lock.db'].flatMap((name) =>
    ['', '-wal', '-shm', '-journal'].map((end) => name + end),
  );
  for (const [names, targets] of [
    [files, ['precious.txt', 'empty', 'other.db', 'nowhere']],
    [['signing.secret'], ['precious.txt', 'empty', 'nowhere']],
    [
      ['attachments', 'attachments/pr'],
      ['folder', 'nowhere'],
    ],
  ] as const) {
    for (const name of names) {
      it(`refuses a link in the place of ${name} with a sentence`, async () => {
        const folder = join(root, String(count++));
        mkdirSync(join(folder, 'attachments'), { recursive: true });
        for (const target of targets) {
          put(folder, name, join(outside, target));
          await refused(folder, name);
        }
      });
    }
  }

  it('refuses a link in the data folder in every command', async () => {
    const folder = await dataFolder();
    put(folder, 'attachments/pr', join(outside, 'folder'));
    for (const command of [['new-user-key'], ['check'], ['backup', '--to', join(root, 'to')]])
      await refused(folder, 'attachments/pr', ...command);
  });

  it('replaces a link in the place of a file that it creates again', async () => {
    const folder = await dataFolder();
    const links: Record<string, string> = {
      'server.json': 'precious.txt',
      certificates: 'folder',
      'certificates.part': 'folder',
      'attachments/incoming': 'folder',
    };
    for (const [name, target] of Object.entries(links)) put(folder, name, join(outside, target));
    const server = await startServer(folder, env);
    await server.stop();
    for (const name of Object.keys(links)) assert.ok(!lstatSync(join(folder, name), { throwIfNoEntry: false })?.isSymbolicLink(), name); // prettier-ignore
    assertUntouched();
  });

  it('never serves the target of a link in the place of an attachment', async () => {
    const folder = await dataFolder();
    const server = await startServer(folder, env);
    const user = new TestClient(server.url, adminKey);
    const { attachments } = await user.call(runs.get, { params: { id: attached.run } });
    const content = (): Promise<string> => fetch(String(attachments[0]?.download_url)).then((reply) => reply.text());
    assert.equal(await content(), 'the note');
    put(folder, join('attachments', attached.id.slice(0, 2), attached.id), join(outside, 'precious.txt'));
    await assert.rejects(content);
    await server.stop();
    const { code, stdout } = await runServerProgram(['check', '--data', folder]);
    assert.deepEqual([code, stdout.includes('note.txt')], [1, true], stdout);
    assertUntouched();
  });

  it('removes a link in the place of an unused attachment, but not its target', async () => {
    const folder = await dataFolder();
    mkdirSync(join(folder, 'attachments', 'pr'));
    put(folder, 'attachments/pr/precious.txt', join(outside, 'precious.txt'));
    const server = await startServer(folder, env);
    await server.stop();
    assert.deepEqual(readdirSync(join(folder, 'attachments', 'pr')), []);
    assertUntouched();
  });

  it('does not write through a link in the place of the log', async () => {
    const folder = join(root, String(count++));
    mkdirSync(folder);
    for (const target of ['precious.txt', 'nowhere']) {
      put(folder, 'server.log', join(outside, target));
      const place = {
        program: serverProgram,
        version,
        dataFolder: folder,
      };
      const started = findOrStartServer(place).then(({ address }) => process.kill(address.pid));
      await assert.rejects(started, /^ServerStartError: The data folder .* cannot be used: ELOOP/);
      assertUntouched();
    }
  });

  it('does not write a backup through a link', async () => {
    const folder = await dataFolder();
    const to = join(root, `to ${count++}`);
    for (const end of ['.part', '.attachments.part']) symlinkSync(join(outside, 'folder'), to + end);
    const { code, stderr } = await runServerProgram(['backup', '--data', folder, '--to', to]);
    assert.equal(code, 0, stderr);
    assert.ok(!existsSync(`${to}.part`));
    const again = join(root, `to ${count++}`);
    for (const end of ['', '.attachments']) {
      symlinkSync(join(outside, end === '' ? 'precious.txt' : 'folder'), again + end);
      assert.equal((await runServerProgram(['backup', '--data', folder, '--to', again])).code, serverExit.usage);
      rmSync(again + end);
    }
    assertUntouched();
  });

  it('follows a link that is the data folder itself', async () => {
    const folder = await dataFolder();
    const disk = join(root, `disk ${count++}`);
    renameSync(folder, disk);
    symlinkSync(disk, folder);
    const server = await startServer(folder, env);
    const user = new TestClient(server.url, adminKey);
    const { attachments } = await user.call(runs.get, { params: { id: attached.run } });
    assert.equal(await (await fetch(String(attachments[0]?.download_url))).text(), 'the note');
    assert.equal((await runServerProgram(['--data', disk], env)).code, serverExit.folderInUse);
    await server.stop();
    assert.deepEqual(await runServerProgram(['check', '--data', folder]), { code: 0, stdout: '', stderr: '' });
    assert.ok(lstatSync(folder).isSymbolicLink());
  });
});
