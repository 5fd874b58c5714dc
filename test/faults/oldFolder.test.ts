import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { findOrStartServer } from '../../src/extension/connection/serverProcess.ts';
import { serverExit, updatingData } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { randomNumbers } from '../server/random.ts';
import { TestClient } from '../server/requests.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from '../server/support.ts';
import { skip } from '../support/skip.ts';
import { everything, makeOld, runWithMeasurements, schemaLeft } from './firstVersion.ts';

/** `MIGRATE_ROUNDS=100` for more than the usual, `MIGRATE_SEED` for the moments of an earlier time. */
const rounds = Number(process.env['MIGRATE_ROUNDS'] ?? 8);
const seed = Number(process.env['MIGRATE_SEED'] ?? Date.now() % 1_000_000);

const env = { TEST_STATIONS_ADMIN_KEY: adminKey };

describe(`a data folder of the first version (MIGRATE_SEED=${seed} MIGRATE_ROUNDS=${rounds})`, function () {
  this.timeout(120_000 + rounds * 20_000);
  const bench = useServerProcess();
  const root = temporaryFolder();
  const random = randomNumbers(seed);
  const old = join(root, 'old');
  let stationKey: string;
  let stillKnows: (server: TestServer) => Promise<void>;
  let had: Record<string, string>;

  let count = 0;
  const elsewhere = (): string => join(root, String(count++));
  const copyOfOld = (): string => {
    const folder = elsewhere();
    cpSync(old, folder, { recursive: true });
    return folder;
  };

  /** Everything is there, the way it was, and works. */
  async function assertWhole(folder: string): Promise<void> {
    const server = await startServer(folder, env);
    try {
      assert.deepEqual(await everything(server), had);
      const user = new TestClient(server.url, adminKey);
      const { stations: rows } = await user.call(uptime.fleet);
      const { data } = await user.call(stations.list);
      assert.deepEqual(rows.map(({ id }) => id).sort(), data.map(({ id }) => id).sort());
      for (const { id } of data) await user.call(uptime.station, { params: { id } });
      // A key of that time still counts, and so does the reference of a push.
      await new TestClient(server.url, stationKey).call(stations.getCurrent);
      await stillKnows(server);
    } finally {
      await server.stop();
    }
    assert.deepEqual(await findingsIn(folder), []);
  }

  before(async () => {
    const procedure = await bench.procedure('Functional test', 'FVT1');
    const station = await bench.station('Bench 1', procedure);
    stationKey = station.key;
    await bench.station('Bench ü 2', procedure, await bench.procedure('Burn-in'));
    const gone = await bench.station('Gone', procedure);
    const run = (serial_number: string, more: object = {}) => ({
      unit_under_test: { serial_number, part_number: 'PCBA01', revision: 'B', batch_number: '26-01' },
      run_passed: serial_number !== 'SN-2',
      procedure_id: 'FVT1',
      procedure_version: 'v1.2',
      started_at: '2026-01-02T03:04:05.678Z',
      duration: 'PT2S',
      phases: ['On', 'Measure'].map((name) => ({
        name,
        outcome: 'PASS',
        start_time_millis: 1_767_323_045_000,
        end_time_millis: 1_767_323_046_000,
        measurements: [
          { name: `${name} voltage`, outcome: 'PASS', measured_value: 3.3, units: 'V', lower_limit: 3 },
          { name: `${name} id`, outcome: 'PASS', measured_value: { nested: ['ü', true] } },
        ],
      })),
      logs: [
        { level: 'WARNING', timestamp: '2026-01-02T03:04:05Z', message: 'µ', source_file: 'a.py', line_number: 3 },
      ],
      ...more,
    });
    const push = (client: TestClient, body: unknown) => client.call(v1.createRun, { body });
    await push(station.client, run('SN-1'));
    await push(gone.client, run('SN-2'));
    const { id: run_id } = await push(station.client, run('SN-3', { sub_units: [{ serial_number: 'SN-1' }] }));
    const referred = { ...runWithMeasurements, procedure_id: procedure, client_run_ref: 'run 1' };
    const { id: referredId } = await station.client.call(runs.create, { body: referred });
    stillKnows = async (server) => {
      const client = new TestClient(server.url, stationKey);
      assert.deepEqual(await client.call(runs.create, { body: referred }), { id: referredId });
      const other = await client.send(runs.create, { body: { ...referred, outcome: 'ABORTED' } });
      assert.equal(other.status, 409, other.text);
    };
    const upload = async (name: string, content: string): Promise<string> => {
      const { id, uploadUrl } = await station.client.call(v1.initializeUpload, { body: { name } });
      assert.equal((await fetch(uploadUrl, { method: 'PUT', body: content })).status, 200);
      return id;
    };
    await bench.user.call(v1.syncUpload, { body: { upload_id: await upload('trace.txt', '0 1 2'), run_id } });
    const report = {
      dut_id: 'SN-4',
      start_time_millis: 1_767_323_045_000,
      end_time_millis: 1_767_323_046_500,
      outcome: 'FAIL',
      metadata: { procedure_id: 'FVT1', part_number: 'PCBA01' },
      phases: [],
      station_id: 'of the report',
    };
    const upload_id = await upload('report.json', JSON.stringify(report));
    await station.client.call(v1.importReport, { body: { upload_id, importer: 'OPENHTF' } });
    await bench.user.call(stations.remove, { params: { id: gone.id } });

    had = await everything(bench.server);
    for (const content of ['0 1 2', 'of the report']) {
      assert.ok(
        Object.values(had).some((text) => text.includes(content)),
        content,
      );
    }
    await bench.restart(async (server) => {
      await server.stop();
      cpSync(bench.folder, old, { recursive: true });
    });
    makeOld(join(old, 'stations.db'));
  });

  it('is not checked by this version, which leaves it as it is', async () => {
    const before = readFileSync(join(old, 'stations.db'));
    const { code, stdout, stderr } = await runServerProgram(['check', '--data', old]);
    assert.equal(code, serverExit.schemaTooOld, stderr);
    assert.match(
      stderr,
      /^The data in [^\n]+ is of an earlier version\. Check it with the program of that version, or /,
    );
    assert.equal(stdout, '');
    assert.equal(schemaLeft(old, elsewhere()), 1);
    assert.ok(before.equals(readFileSync(join(old, 'stations.db'))));
  });

  it('is taken over with all that is in it, and has no damage then', async () => {
    const folder = copyOfOld();
    await assertWhole(folder);
    assert.equal(schemaLeft(folder, elsewhere()), 22);
  });

  it('is taken over by whoever comes first, a server or a new key', async () => {
    const folder = copyOfOld();
    const tries = await Promise.all([startServer(folder, env), runServerProgram(['new-user-key', '--data', folder])]);
    const [server, { code, stdout, stderr }] = tries;
    assert.equal(code, 0, stderr);
    await new TestClient(server.url, stdout.trim()).call(stations.list);
    await server.stop();
    await assertWhole(folder);
  });

  it('has a window wait for the server that is busy with it', async () => {
    const folder = copyOfOld();
    const server = await startServer(folder, env);
    assert.ok(server.stderr().startsWith(`${updatingData.begins}\n${updatingData.done}\n`), server.stderr());
    await server.stop();
    rmSync(join(folder, 'server.json')); // it has not yet told where it is
    const log = join(folder, 'server.log');
    // Stands for a server that finds the folder taken.
    const program = join(root, 'taken.cjs');
    writeFileSync(program, `process.exit(${serverExit.folderInUse})`);
    const start = () => findOrStartServer({ program, version: '0.0.0', dataFolder: folder });
    writeFileSync(log, `${updatingData.begins}\n`);
    await assert.rejects(start(), /updating the data of an earlier version .* Try again then\./);
    appendFileSync(log, `${updatingData.done}\n`);
    await assert.rejects(start(), /Another process has the data folder .*, and no station server answers there yet\./);
  });

  it('comes up with everything when the server is killed while it takes it over', async function () {
    if (process.platform !== 'linux') skip(this, 'a library can be preloaded like this on Linux only');
    const preload = join(root, 'killAtWrite.so');
    const source = join(import.meta.dirname, 'killAtWrite.c');
    execFileSync('cc', ['-shared', '-fPIC', '-o', preload, source, '-ldl']);
    const left = { 'before it': 0, 'in the middle of it': 0, 'after it': 0 };
    const writes = await writesOfStart();
    for (let round = 0; round < rounds; round++) {
      const folder = copyOfOld();
      // A server that is there before so many is killed then.
      const at = round % 4 === 0 ? 0 : Math.floor(random() * writes * 1.5);
      const killed = { ...env, LD_PRELOAD: preload, AFTER_WRITES: String(at) };
      await startServer(folder, killed).then(
        (server) => server.kill(),
        (error: unknown) => assert.match(String(error), /The server ended with null/),
      );
      const log = join(folder, 'stations.db-wal');
      const hasBegun = statSync(log).size > 0;
      const isDone = schemaLeft(folder, elsewhere()) === 7;
      left[isDone ? 'after it' : hasBegun ? 'in the middle of it' : 'before it']++;
      await assertWhole(folder);
    }
    console.log(`      ${rounds} kills at one of ${writes} writes, ${JSON.stringify(left)}, nothing lost`);
  });

  /** How often a server writes to the log of the database until it is there: its head, then two parts for each page. */
  async function writesOfStart(): Promise<number> {
    const folder = copyOfOld();
    const server = await startServer(folder, env);
    const { size } = statSync(join(folder, 'stations.db-wal'));
    await server.stop();
    return 1 + (2 * (size - 32)) / (24 + 4096);
  }

  it('is restored from a backup as the damage and the help say', async () => {
    const folder = copyOfOld();
    const file = elsewhere();
    // Of the old folder, by today's program.
    const saved = await runServerProgram(['backup', '--data', folder, '--to', file]);
    assert.equal(saved.code, 0, saved.stderr);

    const database = join(folder, 'stations.db');
    writeFileSync(database, readFileSync(database).fill(0x5a, 0, 8192));
    const { code, stderr } = await runServerProgram(['--data', folder], env);
    assert.equal(code, serverExit.databaseDamaged);
    assert.match(stderr, /To restore it: stop the server, put a backup in its place as "server\.js --help" says/);
    const { stdout: help } = await runServerProgram(['--help']);
    const steps =
      /move DIR away, make it anew, copy FILE to DIR\/stations\.db and the\s+folder FILE\.attachments to DIR\/attachments/;
    assert.match(help, steps);
    renameSync(folder, elsewhere());
    mkdirSync(folder);
    copyFileSync(file, database);
    cpSync(`${file}.attachments`, join(folder, 'attachments'), { recursive: true });
    await assertWhole(folder);
    const server = await startServer(folder, env);
    const { data } = await new TestClient(server.url, adminKey).call(runs.list);
    assert.equal(data.length, 5);
    await server.stop();
  });
});
