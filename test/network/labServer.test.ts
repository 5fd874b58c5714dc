import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import * as z from 'zod';
import { trustEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { local, serverExit } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey } from '../server/bench.ts';
import { pythons, runScript } from '../server/pythons.ts';
import { send, TestClient } from '../server/requests.ts';
import { passedRun } from '../server/runs.ts';
import { openSse } from '../server/sse.ts';
import { StreamedScript } from '../server/streamedScript.ts';
import { watch } from '../server/watcher.ts';
import { startS3rver } from '../support/objectStorage.ts';
import { hasPostgres, TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { Lab, name, quoted, useLabsNetwork } from './lab.ts';
import { serverProgram, settings, UnitServer, variablesOf } from './unitServer.ts';

const url = `https://${name}`;
const rounds = Number(process.env['FAILOVER_ROUNDS'] ?? 4);
const pusherCount = 4;
const takeoverLimitMs = 15_000;

interface Push {
  readonly serial: string;
  readonly key: string;
  /** The id of the run, once it is acknowledged. */
  id: string | null;
}

/** The files of `deploy`, in network namespaces: the lab's machine has no other way to the bench than its address. */
describe('a lab server with HAProxy, two servers, PostgreSQL and an object storage', function () {
  this.timeout(120_000 + rounds * 30_000);
  let lab: Lab;
  let postgres: TestPostgres;
  let secrets: Record<string, string>;
  const servers: UnitServer[] = [];
  const pushes: Push[] = [];
  const endings: (() => Promise<unknown>)[] = [];

  before(async function () {
    const reason = hasPostgres ? Lab.whyNot(['haproxy', 'setpriv']) : 'the program postgres is not in the PATH';
    if (reason !== null) skip(this, reason);
    lab = await Lab.create();
    endings.push(() => lab.remove());
    useLabsNetwork(lab, endings);

    postgres = await TestPostgres.start(lab.onServer('setpriv --reuid=65534 --regid=65534 --clear-groups postgres'));
    endings.push(() => postgres.crash());
    const storage = await startS3rver(`${lab.folder}/objects`, lab.onServer(quoted(process.execPath)), 'stations');
    endings.push(() => Promise.resolve(storage.child.kill('SIGKILL')));

    secrets = {
      TEST_STATIONS_DATABASE_URL: await postgres.createDatabase('stations'),
      TEST_STATIONS_SIGNING_SECRET: randomBytes(32).toString('hex'),
      TEST_STATIONS_ADMIN_KEY: adminKey,
      TEST_STATIONS_METRICS_TOKEN: randomBytes(32).toString('hex'),
      AWS_ENDPOINT_URL: `http://127.0.0.1:${storage.port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    };
    assert.deepEqual(Object.keys(secrets).sort(), variablesOf('systemd/secrets.env.example').sort());
    const [options = ''] = settings('systemd/server.env.example', 'OPTIONS');
    for (const [instance, port] of [
      ['a', '4711'],
      ['b', '4712'],
    ] as const) {
      const OPTIONS = options.replace('4711', port);
      const node = lab.onServer(quoted(process.execPath));
      servers.push(new UnitServer(node, `${lab.folder}/state/${instance}`, { ...secrets, OPTIONS }));
    }
    for (const server of servers) endings.push(() => server.stop());
    // As in the instructions, the first one is active before the second one starts.
    servers[0]?.start();
    const { certificate, key } = lab.certificates;
    const pem = lab.write('haproxy/stations.pem', `${certificate}\n${key}`);
    const configuration = `${import.meta.dirname}/../../deploy/haproxy/haproxy.cfg`;
    const haproxy = lab.onServer(`env CERTIFICATE=${pem} haproxy`);
    await lab.startProxy(haproxy, ['-db', '-f', configuration], 443, 'SIGKILL');
    await untilReady(60_000);
    servers[1]?.start();
    while (!servers[1]?.stderr.includes('standby until')) await delay(20);
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  /** Returns 0 if there is no answer, as when the server ends before it. */
  const statusOfReady = (): Promise<number> =>
    fetch(url + local.ready.path).then(
      ({ status }) => status,
      () => 0,
    );

  async function untilReady(limitMs: number): Promise<number> {
    const start = performance.now();
    while (performance.now() - start < limitMs) {
      if ((await statusOfReady()) === 200) return Math.round(performance.now() - start);
      await delay(20);
    }
    assert.fail(`No server is ready after ${limitMs} ms.\n${servers.map(({ stderr }) => stderr).join('\n---\n')}`);
  }

  /** The last server that has said that it is active, by the order of its lines. */
  function active(): UnitServer {
    const found = servers.find(
      ({ stderr }) => stderr.lastIndexOf('Request answered') > stderr.lastIndexOf('standby until'),
    );
    assert.ok(found, servers.map(({ stderr }) => stderr).join('\n---\n'));
    return found;
  }

  it('passes requests to the active server only', async () => {
    const user = new TestClient(url, adminKey);
    await user.call(procedures.create, { body: { name: 'Functional test', identifier: 'FVT1' } });
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => (await send(url, 'GET', procedures.list.path, { key: adminKey })).status),
    );
    assert.deepEqual([...new Set(statuses)], [200]);
    const answering = servers.filter(({ stderr }) => stderr.includes('"route":"/api/v2/procedures","status":200'));
    assert.equal(answering.length, 1);
  });

  it('gives the first person a key for an invitation of the command line', async () => {
    const folder = `${lab.folder}/state/a`;
    const args = ['user', 'add', '--data', folder, '--email', 'ada@lab.example', '--name', 'Ada', '--role', 'engineer'];
    const env = { PATH: process.env['PATH'], TEST_STATIONS_DATABASE_URL: secrets['TEST_STATIONS_DATABASE_URL'] };
    const link = execFileSync(lab.onServer(quoted(process.execPath)), [serverProgram, ...args], {
      env,
      encoding: 'utf8',
    });
    const { token, origin } =
      readInvitation(
        link
          .trim()
          .split('\n')
          .find((line) => line.includes('#')) ?? '',
      ) ?? {};
    assert.equal(origin, url, link);
    const accepted = await send(url, 'POST', accounts.acceptInvitation.path, { body: { token } });
    const { api_key } = accounts.acceptInvitation.answer.parse(accepted.json());
    const [procedure] = (await new TestClient(url, api_key).call(procedures.list, {})).data;
    assert.equal(procedure?.name, 'Functional test');
  });

  it('stores attachments in the object storage, and opens event streams through the proxy', async () => {
    const user = new TestClient(url, adminKey);
    const stream = await openSse(url, '/api/local/events', adminKey, z.unknown());
    const run = await pushWithAttachment(user, 'through the proxy');
    await stream.next();
    await stream.close();
    assert.equal(await readAttachment(user, run), 'through the proxy');
  });

  it('takes the results, attachments and live streams of the official clients', async () => {
    const user = new TestClient(url, adminKey);
    const [procedure] = (await user.call(procedures.list, {})).data;
    const { id } = await user.call(stations.create, { body: { name: 'Python', procedure_id: procedure?.id ?? '' } });
    const { api_key: key } = await user.call(local.generateKey, { params: { id } });
    const file = lab.write('authority.pem', lab.certificates.authority);
    const env = await trustEnvironment(join(lab.folder, 'trusted'), { file, of: 'server' });
    for (const python of pythons()) {
      const { code, output } = await runScript(lab.atBench(quoted(python)), 'openhtf_rich.py', { url, key, env });
      assert.equal(code, 0, output);
    }
    const { data } = await user.call(runs.list, { query: { created_by_station_ids: id } });
    assert.equal(data.length, pythons().length);
    for (const run of data) {
      const { attachments } = await user.call(runs.get, { params: { id: run.id } });
      const note = attachments.find((each) => each.name === 'note')?.download_url ?? '';
      assert.equal(await (await fetch(note)).text(), 'hello bench');
    }

    const folder = join(lab.folder, 'streamed');
    mkdirSync(folder);
    const seen = await watch(url, id, key);
    // The newest official client streams no more: the oldest supported one does.
    const script = new StreamedScript(lab.atBench(quoted(pythons().at(-1) ?? '')), url, key, { folder, ca: null, env });
    try {
      await seen.until(({ test }) => test?.prompt != null);
    } finally {
      await script.kill();
      await seen.close();
    }
  });

  it('answers with 503 while PostgreSQL is down, and serves again when it is back', async () => {
    await postgres.crash();
    while ((await statusOfReady()) !== 503) await delay(20);
    await postgres.run();
    await untilReady(takeoverLimitMs);
    assert.deepEqual(
      servers.flatMap(({ exitCodes }) => exitCodes).filter((code) => code !== serverExit.leaseLost),
      [],
    );
    await restarted();
  });

  it('accepts addresses that another server has signed', async () => {
    const user = new TestClient(url, adminKey);
    const run = await pushWithAttachment(user, 'signed before');
    const address = await addressOf(user, run);
    const begun = await user.call(v1.initializeUpload, { body: { name: 'begun' } });
    await active().kill();
    await untilReady(takeoverLimitMs);
    await restarted();
    assert.equal(await (await fetch(address)).text(), 'signed before');
    assert.equal((await fetch(begun.uploadUrl, { method: 'PUT', body: 'x' })).status, 200);
  });

  it('loses nothing that was acknowledged when the active server is killed during pushes', async () => {
    const user = new TestClient(url, adminKey);
    const [procedure] = (await user.call(procedures.list, {})).data;
    const keys: string[] = [];
    for (let n = 0; n < pusherCount; n++) {
      const body = { name: `Bench ${n}`, procedure_id: procedure?.id ?? '' };
      const { id } = await user.call(stations.create, { body });
      keys.push((await user.call(local.generateKey, { params: { id } })).api_key);
    }
    const attached: { run: string; text: string }[] = [];
    const pushing = { isOver: false };
    const clients = keys.map((key, n) => pushUntil(() => pushing.isOver, key, n));
    const attaching = attachUntil(() => pushing.isOver, attached);
    const takeovers: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = countAcknowledged();
      while (countAcknowledged() < before + 30) await delay(5);
      await active().kill();
      takeovers.push(await untilReady(takeoverLimitMs));
      await restarted();
    }
    pushing.isOver = true;
    await Promise.all([...clients, attaching]);

    const stored = await storedRuns();
    for (const { serial, id } of pushes) assert.deepEqual(stored.get(serial), [id], serial);
    for (const { run, text } of attached) assert.equal(await readAttachment(user, run), text);
    console.log(
      `      ${pushes.length} runs and ${attached.length} attachments over ${rounds} failovers of ${takeovers.join(', ')} ms`,
    );
  });

  const countAcknowledged = (): number => pushes.filter(({ id }) => id !== null).length;

  /** Waits until the server that was killed is a standby. */
  async function restarted(): Promise<void> {
    const isStandby = ({ stderr }: UnitServer): boolean =>
      stderr.lastIndexOf('standby until') > stderr.lastIndexOf('Request answered');
    while (!servers.some(isStandby)) await delay(20);
  }

  /** Pushes runs one after the other, each until it is acknowledged. */
  async function pushUntil(isOver: () => boolean, key: string, bench: number): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const push: Push = { serial: `SN-${bench}-${n}`, key: randomUUID(), id: null };
      pushes.push(push);
      while (push.id === null) {
        const reply = await send(url, 'POST', v1.createRun.path, {
          key,
          body: passedRun('FVT1', push.serial),
          headers: { 'Idempotency-Key': push.key },
        }).catch(() => null);
        if (reply?.status === 200) push.id = idAnswer.parse(reply.json()).id;
        else {
          assert.ok(reply === null || reply.status >= 500, `${reply?.status}: ${reply?.text}`);
          await delay(20);
        }
      }
    }
  }

  /** Sends contents of attachments, each to the same address until it is acknowledged, and then attaches them to a run. */
  async function attachUntil(isOver: () => boolean, attached: { run: string; text: string }[]): Promise<void> {
    const user = new TestClient(url, adminKey);
    for (let n = 0; !isOver(); n++) {
      const text = `attachment ${n}`;
      const { id, uploadUrl } = await repeated(() => user.call(v1.initializeUpload, { body: { name: 'note.txt' } }));
      await repeated(async () => {
        const { status } = await fetch(uploadUrl, { method: 'PUT', body: text });
        assert.ok(status === 200 || status >= 500, `${status}`);
        if (status !== 200) throw new Error('The content was not acknowledged.');
      });
      const serial = `Attached ${randomUUID()}`;
      const { id: run } = await repeated(() => user.call(v1.createRun, { body: passedRun('FVT1', serial) }));
      await repeated(() => user.call(v1.syncUpload, { body: { upload_id: id, run_id: run } }));
      attached.push({ run, text });
    }
  }

  /** Repeats what fails because no server is active. */
  async function repeated<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (tries > 500) throw error;
        await delay(20);
      }
    }
  }

  async function pushWithAttachment(user: TestClient, text: string): Promise<string> {
    const { id, uploadUrl } = await user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    assert.ok(uploadUrl.startsWith(`${url}/`), uploadUrl);
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: text })).status, 200);
    const { id: run } = await user.call(v1.createRun, { body: passedRun('FVT1', `Attached ${randomUUID()}`) });
    await user.call(v1.syncUpload, { body: { upload_id: id, run_id: run } });
    return run;
  }

  const addressOf = async (user: TestClient, id: string): Promise<string> =>
    (await user.call(runs.get, { params: { id } })).attachments[0]?.download_url ?? '';

  const readAttachment = async (user: TestClient, run: string): Promise<string> =>
    (await fetch(await addressOf(user, run))).text();

  /** Returns the ids of the runs of each unit. */
  async function storedRuns(): Promise<Map<string, string[]>> {
    const client = postgres.client('stations');
    await client.connect();
    try {
      const { rows } = await client.query(
        'select u.serial_number as serial, r.id from runs as r join units as u on u.id = r.unit_id',
      );
      const found = new Map<string, string[]>();
      for (const { serial, id } of z.array(z.object({ serial: z.string(), id: z.string() })).parse(rows)) {
        found.set(serial, [...(found.get(serial) ?? []), id]);
      }
      return found;
    } finally {
      await client.end();
    }
  }
});
