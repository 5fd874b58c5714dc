import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { Client } from 'pg';
import * as z from 'zod';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { local, serverExit } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey } from '../server/bench.ts';
import { randomNumbers } from '../server/random.ts';
import { send, TestClient } from '../server/requests.ts';
import { temporaryFolder } from '../server/support.ts';
import { freePort } from '../support/freePort.ts';
import { hasPostgres, TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { LabServer } from './labServer.ts';

/** `FAILOVER_ROUNDS=30` for more than the usual, `FAILOVER_SEED` for the moments of an earlier time. */
const rounds = Number(process.env['FAILOVER_ROUNDS'] ?? 6);
const seed = Number(process.env['FAILOVER_SEED'] ?? Date.now() % 1_000_000);
const stationCount = 4;
const takeoverLimitMs = 5_000;
const startLimitMs = 30_000;

const phaseNames = ['Power on', 'Measure', 'Power off'];
const runOf = (serial_number: string) => ({
  unit_under_test: { serial_number, part_number: 'PCBA01' },
  run_passed: true,
  procedure_id: 'FAILOVER',
  phases: phaseNames.map((name) => ({
    name,
    outcome: 'PASS',
    start_time_millis: 1_767_323_045_000,
    end_time_millis: 1_767_323_046_000,
    measurements: [{ name: `${name} voltage`, outcome: 'PASS', measured_value: 3.3, units: 'V' }],
  })),
});

/** What a station knows of one of its pushes. */
interface Push {
  readonly serial: string;
  /** With an idempotency key it is repeated until it is acknowledged; without one it is sent once. */
  readonly key: string | null;
  /** The id of the run, once it is acknowledged. */
  id: string | null;
}

const storedRun = z.object({ id: z.string(), serial: z.string(), phases: z.number(), created: z.number() });

describe(`two station servers on one PostgreSQL database (FAILOVER_SEED=${seed} FAILOVER_ROUNDS=${rounds})`, function () {
  this.timeout(120_000 + rounds * 30_000);
  const random = randomNumbers(seed);
  const pushes: Push[] = [];
  const folders = [temporaryFolder(), temporaryFolder()];
  let postgres: TestPostgres | undefined;
  let databaseUrl: string;
  const servers: LabServer[] = [];

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await TestPostgres.start();
    databaseUrl = await postgres.createDatabase('lab');
    for (const folder of folders) servers.push(new LabServer({ folder, port: await freePort(), databaseUrl }));
    for (const server of servers) server.start();
  });
  after(async () => {
    for (const server of servers) await server.end('SIGKILL');
    await postgres?.crash();
  });

  /** Waits until one of the servers is active, and returns it. */
  async function active(limitMs: number, among = servers): Promise<LabServer> {
    const end = performance.now() + limitMs;
    while (performance.now() < end) {
      for (const server of among) if (await server.isReady()) return server;
      await delay(20);
    }
    assert.fail(`No server is active after ${limitMs} ms.\n${servers.map(({ stderr }) => stderr).join('\n---\n')}`);
  }

  const other = (server: LabServer): LabServer => {
    const found = servers.find((each) => each !== server);
    assert.ok(found);
    return found;
  };

  it('have one that serves, and one that refuses requests until the first has ended', async () => {
    const first = await active(startLimitMs);
    const standby = other(first);
    while (!standby.stderr.includes('standby until')) await delay(20);
    const ready = await send(standby.url, 'GET', local.ready.path);
    assert.equal(ready.status, 503);
    assert.match(ready.text, /This station server is a standby: another one is active\./);
    const push = await send(standby.url, 'POST', v1.createRun.path, { key: adminKey, body: runOf('refused') });
    assert.deepEqual([push.status, push.headers.get('retry-after')], [503, '2'], push.text);
    assert.match(push.text, /This station server is a standby: another one is active\./);

    await first.end('SIGTERM');
    assert.deepEqual(first.exitCodes, [0], first.stderr);
    await active(takeoverLimitMs, [standby]);
    first.start();
  });

  it('let a standby be ended', async () => {
    const standby = other(await active(startLimitMs));
    while ((await standby.status(local.live.path)) !== 200) await delay(20);
    while (!standby.stderr.includes('standby until')) await delay(20);
    await standby.end('SIGTERM');
    assert.equal(standby.exitCodes.at(-1), 0, standby.stderr);
    standby.start();
  });

  it('lose no acknowledged run and double none when the active one is killed or stands still, or PostgreSQL is killed', async () => {
    const user = new TestClient((await active(startLimitMs)).url, adminKey);
    const procedure = await user.call(procedures.create, { body: { name: 'Failover', identifier: 'FAILOVER' } });
    const keys: string[] = [];
    for (let n = 0; n < stationCount; n++) {
      const { id } = await user.call(stations.create, { body: { name: `Bench ${n}`, procedure_id: procedure.id } });
      keys.push((await user.call(local.generateKey, { params: { id } })).api_key);
    }

    const pushing = { isOver: false };
    const standstills: number[] = [];
    const clients = keys.map((key, n) => pushUntil(() => pushing.isOver, key, n));
    for (let round = 0; round < rounds; round++) {
      const acknowledged = countAcknowledged();
      while (countAcknowledged() < acknowledged + 20 + random() * 40) await delay(1);
      const server = await active(startLimitMs);
      await delay(random() * 10);
      if (round === Math.floor(rounds / 2)) {
        await postgres?.crash();
        while (server.isRunning) await delay(1);
        assert.equal(server.exitCodes.at(-1), serverExit.leaseLost, server.stderr);
        assert.match(server.stderr, /The station server is no longer the active one, and ends/);
        await postgres?.run();
        await active(takeoverLimitMs);
      } else if (round % 3 === 1) {
        const start = performance.now();
        server.signal('SIGSTOP');
        await active(takeoverLimitMs, [other(server)]);
        standstills.push(Math.round(performance.now() - start));
        // It continues with what it was about to write, and must write nothing.
        server.signal('SIGCONT');
        while (server.isRunning) await delay(1);
        assert.equal(server.exitCodes.at(-1), serverExit.leaseLost, server.stderr);
      } else {
        await server.end('SIGKILL');
        await active(takeoverLimitMs, [other(server)]);
      }
      server.start();
      while (!isStandby(server)) await delay(20);
    }
    pushing.isOver = true;
    await Promise.all(clients);

    const figures = await compareWithDatabase();
    console.log(
      `      after ${rounds} failovers: ${JSON.stringify(figures)}; from servers that stood still after ${standstills.join(', ')} ms`,
    );
  });

  /** By the last line of its processes that says it. */
  const isStandby = ({ stderr }: LabServer): boolean =>
    stderr.lastIndexOf('standby until') >
    Math.max(...[' is the active one', 'no longer'].map((at) => stderr.lastIndexOf(at)));

  const countAcknowledged = (): number => pushes.filter(({ id }) => id !== null).length;

  /** Pushes runs of a station, one after the other, to whichever server takes them. */
  async function pushUntil(isOver: () => boolean, key: string, station: number): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const push: Push = { serial: `SN-${station}-${n}`, key: n % 3 === 0 ? null : randomUUID(), id: null };
      pushes.push(push);
      for (let at = station; push.id === null; at++) {
        const server = servers[at % servers.length];
        assert.ok(server);
        const headers: Record<string, string> = push.key === null ? {} : { 'Idempotency-Key': push.key };
        const reply = await send(server.url, 'POST', v1.createRun.path, {
          key,
          body: runOf(push.serial),
          headers,
        }).catch(() => null);
        if (reply?.status === 200) {
          push.id = idAnswer.parse(reply.json()).id;
        } else if (push.key === null && reply?.status !== 503) {
          break; // It may be stored or not.
        } else {
          assert.ok(reply === null || reply.status >= 500, `${reply?.status}: ${reply?.text}`);
          await delay(5);
        }
      }
    }
  }

  /** Compares what is stored with what the stations know. */
  async function compareWithDatabase(): Promise<Record<string, number>> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query(`
        select r.id, u.serial_number as serial,
          (select count(*)::int from phases where run_key = r.key and measurements_json is not null) as phases,
          (select count(*)::int from changes where run_id = r.id and kind = 'run.created') as created
        from runs as r join units as u on u.id = r.unit_id`);
      const stored = new Map<string, z.infer<typeof storedRun>[]>();
      for (const run of z.array(storedRun).parse(rows)) {
        stored.set(run.serial, [...(stored.get(run.serial) ?? []), run]);
      }
      for (const push of pushes) {
        const found = stored.get(push.serial) ?? [];
        const what = `${JSON.stringify(push)}: ${JSON.stringify(found)}`;
        if (push.id === null) assert.ok(found.length <= 1, what);
        else
          assert.deepEqual(found, [{ id: push.id, serial: push.serial, phases: phaseNames.length, created: 1 }], what);
        stored.delete(push.serial);
      }
      assert.deepEqual([...stored.keys()], []);

      const changes = z
        .array(z.object({ id: z.coerce.number(), at: z.coerce.number() }))
        .parse((await client.query('select id, at from changes order by id')).rows);
      assert.deepEqual(
        changes.map(({ id }) => id),
        changes.map((_, n) => n + (changes[0]?.id ?? 0)),
      );
      for (const [n, { at }] of changes.entries()) assert.ok(at >= (changes[n - 1]?.at ?? 0), `change ${n}`);
      const unknown = pushes.filter(({ id }) => id === null).length;
      return { acknowledged: pushes.length - unknown, unknown, changes: changes.length };
    } finally {
      await client.end();
    }
  }
});
