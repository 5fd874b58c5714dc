import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { local, serverExit } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { passedRun } from './runs.ts';
import { type Ended, runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

describe('server.js check with data in PostgreSQL', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let postgres: TestPostgres | undefined;
  let server: TestServer | undefined;
  let env: Record<string, string>;
  let upload: string;

  const run = (...args: string[]): Promise<Ended> => runServerProgram([...args, '--data', folder], env);
  const check = async (): Promise<string[]> => {
    const { code, stdout, stderr } = await run('check');
    const findings = stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual([code, stderr], [findings.length === 0 ? 0 : 1, '']);
    return findings;
  };
  /** Changes the database beside its rules. */
  const damage = async (statement: string): Promise<void> => {
    const client = postgres?.client('checked') ?? assert.fail();
    await client.connect();
    await client.query(`set session_replication_role = replica; ${statement}`);
    await client.end();
  };

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    env = { TEST_STATIONS_DATABASE_URL: await postgres.createDatabase('checked') };
    server = await startServer(folder, { ...env, TEST_STATIONS_ADMIN_KEY: adminKey });
    const user = new TestClient(server.url, adminKey);
    await user.call(local.createDemoData, { body: { days: 4 } });
    await user.call(procedures.create, { body: { name: 'Checked', identifier: 'CHECK' } });
    const { id, uploadUrl } = await user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    await fetch(uploadUrl, { method: 'PUT', body: 'hello' });
    const { id: run_id } = await user.call(v1.createRun, { body: passedRun('CHECK') });
    await user.call(v1.syncUpload, { body: { upload_id: id, run_id } });
    upload = id;
  });
  after(async () => {
    await server?.stop();
  });

  it('finds nothing in the data of a running server', async () => assert.deepEqual(await check(), []));

  it('names an attachment whose file is missing, and a file that belongs to nothing', async () => {
    const file = (id: string): string => join(folder, 'attachments', upload.slice(0, 2), id);
    const stranger = `${upload.slice(0, 2)}000000-0000-4000-8000-000000000000`;
    rmSync(file(upload));
    writeFileSync(file(stranger), 'hello');
    const [missing = '', unknown = '', ...rest] = await check();
    assert.match(missing, new RegExp(upload));
    assert.equal(unknown, `The file of attachment ${stranger} belongs to nothing.`);
    assert.deepEqual(rest, []);
    writeFileSync(file(upload), 'hello');
    rmSync(file(stranger));
  });

  it('names runs, units, changes and statistics that break a rule', async () => {
    await damage(`update runs set ended_at = started_at - 1 where key = (select min(key) from runs);
      update units set run_count = run_count + 1 where key = (select min(key) from units);
      delete from changes where id = (select max(id) - 1 from changes);
      delete from stale_quarters;
      insert into procedure_days (procedure_id, starts_at, summary_json, measurements)
        select id, 0, '[{"runs":7}]', '' from procedures where identifier = 'CHECK'`);
    const found = (await check()).join('\n');
    assert.match(found, /^Run [0-9a-f-]{36} ends before it starts\.$/m);
    assert.match(found, /^Unit [0-9a-f-]{36} has \d+ runs and is noted with \d+\.$/m);
    assert.match(found, /^Of the changes up to \d+ some are missing\.$/m);
    assert.match(
      found,
      /^The statistics of procedure [0-9a-f-]{36} since 1970-01-01 00:00:00 UTC count 7 runs, and there are 1\.$/m,
    );
  });

  it('says what to use instead of a command that is for data in SQLite only', async () => {
    const backup = await run('backup', '--to', join(folder, 'backup.db'));
    assert.deepEqual([backup.code, backup.stdout], [serverExit.usage, '']);
    assert.match(backup.stderr, /"server.js backup" is for data in SQLite.*Use pg_dump, or unset the variable\./);
    const mcp = await run('mcp');
    assert.deepEqual([mcp.code, mcp.stdout], [serverExit.usage, '']);
    assert.match(mcp.stderr, /"server.js mcp --data" is for data in SQLite.*Use "server.js mcp --server URL"/);
  });
});
