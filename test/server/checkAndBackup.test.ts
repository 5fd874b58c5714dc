import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import { analytics } from '../../src/shared/contract/analytics.ts';
import { serverExit } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { TestClient } from './requests.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, startServer, temporaryFolder } from './support.ts';

describe('check and backup', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const root = temporaryFolder();
  let count = 0;
  const elsewhere = (): string => join(root, String(count++));

  const check = async (folder: string) => {
    const { code, stdout, stderr } = await runServerProgram(['check', '--data', folder]);
    assert.equal(stderr, '');
    return { code, findings: stdout.split('\n').filter((line) => line !== '') };
  };
  const backup = (folder: string, to: string) => runServerProgram(['backup', '--data', folder, '--to', to]);
  const restore = (file: string): string => {
    const folder = elsewhere();
    mkdirSync(folder);
    copyFileSync(file, join(folder, 'stations.db'));
    cpSync(`${file}.attachments`, join(folder, 'attachments'), { recursive: true });
    return folder;
  };
  /** A copy of the server's folder as it is when its server has ended. */
  const copy = async (): Promise<string> => {
    const file = elsewhere();
    assert.equal((await backup(bench.folder, file)).code, 0);
    return restore(file);
  };
  const attach = async (content: string) => {
    const { id, uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    await fetch(uploadUrl, { method: 'PUT', body: content });
    const { id: run_id } = await bench.user.call(v1.createRun, { body: passedRun('CHECK') });
    await bench.user.call(v1.syncUpload, { body: { upload_id: id, run_id } });
    return { upload: id, run: run_id, file: join('attachments', id.slice(0, 2), id) };
  };
  let attached: Awaited<ReturnType<typeof attach>>;

  before(async () => {
    await bench.procedure('Checked', 'CHECK');
    attached = await attach('the note');
  });

  it('check finds no problem in a folder in use and changes nothing', async () => {
    const names = readdirSync(bench.folder).sort();
    assert.deepEqual(await check(bench.folder), { code: 0, findings: [] });
    assert.deepEqual(readdirSync(bench.folder).sort(), names);
  });

  it('check finds no problem in a folder with a running upload', async () => {
    const { uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: 'slow' } });
    let more = (): void => {};
    const waits = new Promise<void>((done) => (more = done));
    const pieces = (async function* () {
      yield Buffer.from('first');
      await waits;
      yield Buffer.from('second');
    })();
    const sent = fetch(uploadUrl, { method: 'PUT', body: ReadableStream.from(pieces), duplex: 'half' });
    const incoming = join(bench.folder, 'attachments', 'incoming');
    while (!existsSync(incoming) || readdirSync(incoming).length === 0) await new Promise(setImmediate);
    assert.deepEqual(await check(bench.folder), { code: 0, findings: [] });
    more();
    assert.equal((await sent).status, 200);
    assert.deepEqual(readdirSync(incoming), []);
  });

  it('the start removes uploads that were incomplete when the server was killed', async () => {
    const incoming = join(bench.folder, 'attachments', 'incoming');
    await bench.restart(async (server) => {
      await server.kill();
      mkdirSync(incoming, { recursive: true });
      writeFileSync(join(incoming, 'half.part'), 'half');
    });
    assert.ok(!existsSync(incoming));
  });

  it('check finds attachment files that are missing, truncated or without an upload', async () => {
    const folder = await copy();
    writeFileSync(join(folder, attached.file), 'cut');
    const nobodys = crypto.randomUUID();
    mkdirSync(join(folder, 'attachments', nobodys.slice(0, 2)), { recursive: true });
    writeFileSync(join(folder, 'attachments', nobodys.slice(0, 2), nobodys), 'x');
    const { code, findings } = await check(folder);
    assert.equal(code, 1);
    assert.deepEqual(
      findings.sort(),
      [
        `The file of attachment ${nobodys} belongs to nothing.`,
        `The file of attachment ${attached.upload} ("note.txt") has 3 bytes and should have 8.`,
      ].sort(),
    );
    rmSync(join(folder, attached.file));
    assert.match((await check(folder)).findings.join(), /"note\.txt"\) is missing\./);
  });

  it('check finds rows that violate the constraints of the database', async () => {
    const folder = await copy();
    const database = new DatabaseSync(join(folder, 'stations.db'), { enableForeignKeyConstraints: false });
    database.exec(`
      update runs set ended_at = started_at - 1;
      update units set parent_id = id, run_count = 7;
      update runs set batch_id = 'nowhere';
      update runs set procedure_id = 'nowhere';
      update changes set id = id + 10 where id = (select max(id) from changes)`);
    database.close();
    const { code, findings } = await check(folder);
    assert.equal(code, 1);
    for (const expected of [
      /^Row \d+ of runs refers to a row of procedures that does not exist\.$/,
      new RegExp(`^Run ${attached.run} ends before it starts\\.$`),
      /^Unit .* is built into itself\.$/,
      /^Unit .* has \d+ runs and is noted with 7\.$/,
      /^Run .* has not the revision and batch of its unit\.$/,
      /^Of the changes up to \d+ some are missing\.$/,
    ]) {
      assert.ok(
        findings.some((finding) => expected.test(finding)),
        `${expected.source} is not in ${findings.join('\n')}`,
      );
    }
  });

  it('check finds statistics that are not of the runs', async () => {
    const [procedure] = (await bench.user.call(procedures.list)).data;
    assert.ok(procedure);
    const { runs: counted } = await bench.user.call(analytics.procedure, { params: { id: procedure.id } });
    const folder = await copy();
    assert.deepEqual(await check(folder), { code: 0, findings: [] });
    const database = new DatabaseSync(join(folder, 'stations.db'));
    database.exec(`update procedure_days set summary_json = json_set(summary_json, '$[0].runs', 7)`);
    database.close();
    const { findings } = await check(folder);
    assert.equal(findings.length, 1);
    assert.match(
      findings[0] ?? '',
      new RegExp(
        `^The statistics of procedure ${procedure.id} since .* UTC count 7 runs, and there are ${counted}\\.$`,
      ),
    );
  });

  it('check, backup and start report a damaged database and how to restore it', async () => {
    for (const damage of [
      (content: Buffer) => content.fill(0x5a, 0, 100),
      (content: Buffer) => content.fill(0x5a, 4096),
    ]) {
      const folder = await copy();
      const file = join(folder, 'stations.db');
      writeFileSync(file, damage(readFileSync(file)));
      const { code, findings } = await check(folder);
      assert.equal(code, 1);
      assert.match(findings.at(-1) ?? '', /database .*is damaged.*To restore it: stop the server, .*--help/);
      const to = elsewhere();
      const refused = await backup(folder, to);
      assert.equal(refused.code, serverExit.databaseDamaged);
      assert.match(
        refused.stderr,
        /^The database .* is damaged .* was not backed up\. Its files were copied as they are, with \d+ attachments, to [^\n]+\.damaged\. To restore it: [^\n]+\n$/,
      );
      assert.deepEqual(
        readdirSync(root).filter((name) => name.startsWith(to.slice(root.length + 1))),
        [`${to.slice(root.length + 1)}.damaged`],
      );
      const salvaged = `${to}.damaged`;
      assert.ok(readFileSync(join(salvaged, 'stations.db')).equals(readFileSync(file)));
      assert.equal(readFileSync(join(salvaged, attached.file), 'utf8'), 'the note');
      const again = await backup(folder, to);
      assert.equal(again.code, serverExit.usage);
      assert.match(again.stderr, /\.damaged exists already/);
      const started = await runServerProgram(['--data', folder]);
      assert.equal(started.code, serverExit.databaseDamaged);
      assert.match(started.stderr, /^The database .* is damaged .*To restore it: [^\n]+\n$/);
    }
  });

  it('a backup copies the intact attachments and reports the missing and damaged ones', async () => {
    const spoils: Record<string, (file: string) => void> = {
      missing: (file) => rmSync(file),
      short: (file) => writeFileSync(file, 'cut'),
      folder: (file) => {
        rmSync(file);
        mkdirSync(file);
      },
      link: (file) => {
        rmSync(file);
        symlinkSync(join(root, 'elsewhere.txt'), file);
      },
    };
    writeFileSync(join(root, 'elsewhere.txt'), 'not ours');
    const uploads = await Promise.all(Object.keys(spoils).map(attach));
    const folder = await copy();
    for (const [n, spoil] of Object.values(spoils).entries()) spoil(join(folder, uploads[n]?.file ?? ''));
    const { findings } = await check(folder);
    const file = elsewhere();
    const { code, stdout, stderr } = await backup(folder, file);
    assert.equal(code, serverExit.backupIncomplete);
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.pop(), 'The backup can be used, but 4 attachments are not in it as they should be.');
    assert.deepEqual(lines.sort(), findings.sort());
    for (const [n, expected] of [
      /is missing\.$/,
      /has 3 bytes and should have 5\.$/,
      /cannot be read/,
      /cannot be read/,
    ].entries()) {
      const id = uploads[n]?.upload ?? '';
      assert.match(lines.find((line) => line.includes(id)) ?? '', expected);
    }
    assert.match(stdout, /, and \d+ attachments to /);
    assert.ok(
      !readdirSync(`${file}.attachments`, { recursive: true }).some((name) => {
        const path = join(`${file}.attachments`, String(name));
        return lstatSync(path).isFile() && readFileSync(path, 'utf8') === 'not ours';
      }),
    );
    const restored = restore(file);
    assert.equal((await check(restored)).findings.length, 4);
    const server = await startServer(restored);
    try {
      const run = await new TestClient(server.url, adminKey).call(runs.get, { params: { id: attached.run } });
      assert.equal(await (await fetch(run.attachments[0]?.download_url ?? '')).text(), 'the note');
    } finally {
      await server.stop();
    }
  });

  it('a backup succeeds while attachments are deleted', async () => {
    const enough = new AbortController();
    const churning = (async () => {
      while (!enough.signal.aborted) {
        const { run } = await attach('short-lived');
        await bench.user.call(runs.delete, { query: { ids: run } });
      }
    })();
    for (let n = 0; n < 3; n++) {
      const file = elsewhere();
      const { code, stderr } = await backup(bench.folder, file);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await check(restore(file)), { code: 0, findings: [] });
    }
    enough.abort();
    await churning;
  });

  it('a backup taken while runs are pushed is complete and starts', async () => {
    let pushed = 0;
    const enough = new AbortController();
    const pushing = (async () => {
      while (!enough.signal.aborted) {
        await attach(`note ${pushed}`);
        pushed++;
      }
    })();
    const file = elsewhere();
    const { code, stdout, stderr } = await backup(bench.folder, file);
    enough.abort();
    await pushing;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Backed up to .*, and \d+ attachments to .*\.attachments\.\n$/);
    assert.ok(pushed > 0);
    const folder = restore(file);
    assert.deepEqual(await check(folder), { code: 0, findings: [] });
    const restored = await startServer(folder);
    try {
      assert.equal(restored.address.instance, bench.server.address.instance);
      const run = await new TestClient(restored.url, adminKey).call(runs.get, { params: { id: attached.run } });
      assert.equal(await (await fetch(run.attachments[0]?.download_url ?? '')).text(), 'the note');
    } finally {
      await restored.stop();
    }
  });

  it('a backup overwrites no existing file', async () => {
    const file = elsewhere();
    assert.equal((await backup(bench.folder, file)).code, 0);
    const { code, stderr } = await backup(bench.folder, file);
    assert.equal(code, serverExit.usage);
    assert.match(stderr, /exists already\. Give --to another name\.\n$/);
    rmSync(file);
    assert.equal((await backup(bench.folder, file)).code, serverExit.usage);
  });

  it('check and backup explain missing folders and arguments', async () => {
    const missing = join(root, 'missing');
    for (const args of [['check'], ['backup', '--to', join(root, 'to')]]) {
      const { code, stderr } = await runServerProgram([...args, '--data', missing]);
      assert.equal(code, serverExit.usage);
      assert.match(stderr, /^There is no data of a station server in .*missing\. Check --data\.\n$/);
      assert.ok(!existsSync(missing));
    }
    const { code, stderr } = await runServerProgram(['backup', '--data', bench.folder]);
    assert.equal(code, serverExit.usage);
    assert.match(stderr, /^--to FILE is missing/);
    const { stderr: nowhere } = await backup(bench.folder, join(bench.folder, 'stations.db', 'file'));
    assert.match(nowhere, /^The backup to .* failed \(.*\)\. Check that there is space/);
  });
});
