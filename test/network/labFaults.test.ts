import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { local, serverExit } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { adminKey } from '../server/bench.ts';
import { randomNumbers } from '../server/random.ts';
import { TestClient } from '../server/requests.ts';
import { hasPostgres, TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { Lab, type Machine, name, quoted, useLabsNetwork } from './lab.ts';
import { LabOracle } from './labOracle.ts';
import { PushingStation } from './pushingStation.ts';
import { UnitServer } from './unitServer.ts';

/** `LAB_ROUNDS=300` for more than each fault once, `LAB_SEED` for the faults of an earlier time, `LAB_FAULTS` for those that it matches. */
const seed = Number(process.env['LAB_SEED'] ?? Date.now() % 1_000_000);
const stationCount = 20;
const recoveryLimitMs = 60_000;
const url = `https://${name}`;

interface Fault {
  /** Makes the fault. @returns ends it, if it does not end by itself */
  readonly begin: () => Promise<(() => Promise<void>) | undefined>;
  /** Whether a server can serve only when the fault has ended. */
  readonly isOutage?: boolean;
}

describe(`a lab of five machines on which faults happen at random (LAB_SEED=${seed})`, function () {
  const random = randomNumbers(seed);
  const servers = new Map<string, { server: UnitServer; machine: Machine }>();
  const benches: PushingStation[] = [];
  const endings: (() => Promise<unknown>)[] = [];
  let lab: Lab;
  let postgres: TestPostgres;
  let databaseMachine: Machine;
  let oracle: LabOracle;
  let startProxy: () => Promise<() => Promise<void>>;
  let endProxy: () => Promise<void>;

  const between = (least: number, most: number): Promise<void> => delay(least + random() * (most - least));
  const active = async (): Promise<{ server: UnitServer; machine: Machine }> => {
    const holder = await oracle.holder();
    const found = servers.get(holder?.split('-')[0] ?? '');
    assert.ok(found, `No server is active: ${holder}`);
    return found;
  };
  const cut = (place: Pick<Machine, 'setConnected'>, leastMs: number, mostMs: number): (() => Promise<void>) => {
    place.setConnected(false);
    return async () => {
      await between(leastMs, mostMs);
      place.setConnected(true);
    };
  };
  const freeze = async (leastMs: number, mostMs: number): Promise<() => Promise<void>> => {
    const { server } = await active();
    server.setFrozen(true);
    return async () => {
      await between(leastMs, mostMs);
      server.setFrozen(false);
    };
  };
  /** A fault that ends by itself. */
  const at = (work: () => Promise<unknown>) => async () => {
    await work();
    return undefined;
  };

  const faults: Record<string, Fault> = {
    'the active server is killed': { begin: at(async () => (await active()).server.kill()) },
    'both servers are killed': {
      begin: at(() => Promise.all([...servers.values()].map(({ server }) => server.kill()))),
    },
    'PostgreSQL is ended at once and started again': {
      isOutage: true,
      begin: async () => {
        await postgres.crash();
        return async () => {
          await between(0, 3_000);
          await postgres.run();
        };
      },
    },
    'a process of PostgreSQL is killed': {
      begin: at(async () => {
        const pids = await oracle.processes();
        process.kill(
          pids[Math.floor(random() * pids.length)] ?? assert.fail('The servers have no connection.'),
          'SIGKILL',
        );
      }),
    },
    'the connection with the lock is ended': { begin: at(() => oracle.endHolder()) },
    'the proxy is killed and started again': {
      isOutage: true,
      begin: async () => {
        await endProxy();
        return async () => {
          await between(0, 1_000);
          endProxy = await startProxy();
        };
      },
    },
    'the benches are cut off': { isOutage: true, begin: () => Promise.resolve(cut(lab, 200, 4_000)) },
    'the active server is cut off for a moment': { begin: async () => cut((await active()).machine, 100, 2_000) },
    'the active server is cut off': { begin: async () => cut((await active()).machine, 6_000, 15_000) },
    'the active server is cut off from PostgreSQL only': {
      begin: async () => {
        const { machine } = await active();
        machine.setReaching(databaseMachine, false);
        return async () => {
          await between(6_000, 15_000);
          machine.setReaching(databaseMachine, true);
        };
      },
    },
    'the machine of PostgreSQL is cut off': {
      isOutage: true,
      begin: () => Promise.resolve(cut(databaseMachine, 100, 10_000)),
    },
    'the active server stands still for a moment': { begin: () => freeze(100, 2_000) },
    'the active server stands still': { begin: () => freeze(22_000, 26_000) },
  };
  const chosen = Object.keys(faults).filter((fault) => new RegExp(process.env['LAB_FAULTS'] ?? '').test(fault));
  const rounds = Number(process.env['LAB_ROUNDS'] ?? chosen.length);

  before(async function () {
    this.timeout(120_000);
    const reason = hasPostgres ? Lab.whyNot(['haproxy', 'setpriv']) : 'the program postgres is not in the PATH';
    if (reason !== null) skip(this, reason);
    lab = await Lab.create();
    endings.push(() => lab.remove());
    useLabsNetwork(lab, endings);

    databaseMachine = lab.addMachine('db');
    const program = databaseMachine.run('setpriv --reuid=65534 --regid=65534 --clear-groups postgres');
    postgres = await TestPostgres.start(program, databaseMachine.address);
    endings.push(() => postgres.crash());
    oracle = new LabOracle(postgres);
    const env = {
      TEST_STATIONS_DATABASE_URL: await postgres.createDatabase('stations'),
      TEST_STATIONS_SIGNING_SECRET: randomBytes(32).toString('hex'),
      TEST_STATIONS_ADMIN_KEY: adminKey,
      OPTIONS: `--host 0.0.0.0 --port 4711 --public-url ${url} --attachments ${lab.folder}/attachments --log-format json`,
    };
    mkdirSync(`${lab.folder}/attachments`);
    for (const host of ['a', 'b']) {
      const machine = lab.addMachine(host);
      // Each process gives its connections a name of its own.
      const named = `env TEST_STATIONS_DATABASE_URL=$TEST_STATIONS_DATABASE_URL?application_name=${host}-$$ ${quoted(process.execPath)}`;
      const server = new UnitServer(machine.run(named), `${lab.folder}/state/${host}`, env);
      servers.set(host, { server, machine });
      endings.push(() => server.stop());
      server.start();
    }
    const { certificate, key } = lab.certificates;
    const pem = lab.write('haproxy/stations.pem', `${certificate}\n${key}`);
    const [a, b] = [...servers.values()].map(({ machine }) => `${machine.address}:4711`);
    const haproxy = lab.onServer(`env CERTIFICATE=${pem} SERVER_A=${a} SERVER_B=${b} haproxy`);
    const configuration = `${import.meta.dirname}/../../deploy/haproxy/haproxy.cfg`;
    startProxy = async () => {
      const proxy = await lab.startProxy(haproxy, ['-db', '-f', configuration], 443, 'SIGKILL');
      return () => lab.end(proxy);
    };
    endProxy = await startProxy();
    await servedAfter();
    await settled();
    // The proxy passes every second request to the standby until it has asked that for /ready.
    while (!((await isServed()) && (await isServed()))) await delay(20);
  });
  after(async function () {
    this.timeout(60_000);
    for (const bench of benches) bench.stop();
    for (const end of endings.reverse()) await end();
  });

  async function isServed(): Promise<boolean> {
    const headers = { authorization: `Bearer ${adminKey}` };
    return fetch(url + procedures.list.path, { headers, signal: AbortSignal.timeout(10_000) }).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /**
   * Waits until the lab serves, and returns after how many milliseconds that was. It asks again without waiting for an answer: one
   * server may swallow a request, and a busy machine may take seconds for the answer.
   */
  async function servedAfter(begin = performance.now()): Promise<number> {
    const lab = { isServed: false };
    while (performance.now() - begin < recoveryLimitMs) {
      void isServed().then((isNow) => (lab.isServed ||= isNow));
      await delay(50);
      if (lab.isServed) return Math.round(performance.now() - begin);
    }
    assert.fail(`The lab does not serve after ${recoveryLimitMs} ms.\n${logs()}`);
  }

  /** Waits until one server is active and the other one is a standby. */
  async function settled(): Promise<void> {
    const end = performance.now() + recoveryLimitMs;
    for (;;) {
      const holder = await oracle.holder().catch(() => null);
      const states = [...servers.entries()].map(([host, { server }]) => {
        if (holder === `${host}-${server.pid}`) return 'active';
        const { log, pid } = server;
        const isStandby = log.lastIndexOf('is a standby until') > log.lastIndexOf('is the active one now');
        return pid !== undefined && isStandby ? 'standby' : 'starting';
      });
      if (states.toSorted().join() === 'active,standby') return;
      assert.ok(performance.now() < end, `The lab is not complete: ${states.join()}, ${holder}.\n${logs()}`);
      await delay(50);
    }
  }

  /** Waits until so many more results are acknowledged. */
  async function pushed(count: number): Promise<void> {
    const enough = acknowledged() + count;
    const end = performance.now() + recoveryLimitMs;
    while (acknowledged() < enough) {
      if (performance.now() > end)
        assert.fail(`Results are not acknowledged: ${await benches[0]?.reasons()}\n${logs()}`);
      await delay(20);
    }
  }

  const logs = (): string => [...servers.values()].map(({ server }) => server.log.slice(-3000)).join('\n---\n');
  const acknowledged = (): number => benches.reduce((sum, bench) => sum + bench.acknowledged, 0);

  it('loses nothing that was acknowledged, doubles nothing, and lets no deposed server write', async function () {
    this.timeout(60_000 + rounds * 60_000);
    const user = new TestClient(url, adminKey);
    const procedure = await user.call(procedures.create, { body: { name: 'Functional test', identifier: 'FVT1' } });
    for (let n = 0; n < stationCount; n++) {
      const station = `Bench ${n}`;
      const { id } = await user.call(stations.create, { body: { name: station, procedure_id: procedure.id } });
      const { api_key: key } = await user.call(local.generateKey, { params: { id } });
      benches.push(
        new PushingStation({ url, id, key, name: station, procedure: procedure.id, folder: `${lab.folder}/pending` }),
      );
    }
    await oracle.start();

    const pushing = { isOver: false };
    const isOver = (): boolean => pushing.isOver;
    const work = Promise.all([oracle.follow(isOver), ...benches.map((bench) => bench.work(isOver, random))]);
    work.catch(() => undefined); // thrown below
    const recoveries = new Map<string, number[]>();
    let deck: string[] = [];
    for (let round = 0; round < rounds; round++) {
      if (deck.length === 0)
        deck = chosen
          .map((fault) => ({ fault, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ fault }) => fault);
      const fault = deck.pop() ?? '';
      await Promise.race([pushed(5 + random() * 20), work]);
      const { begin, isOutage } = faults[fault] ?? assert.fail(fault);
      const end = await begin();
      const began = performance.now();
      if (isOutage === true) await end?.();
      const ended = isOutage === true ? undefined : end?.();
      const millis = await servedAfter(isOutage === true ? performance.now() : began);
      recoveries.set(fault, [...(recoveries.get(fault) ?? []), millis]);
      await ended;
      await settled();
    }
    pushing.isOver = true;
    await work;

    for (const { problems } of benches) assert.deepEqual(problems, []);
    const unexpected = [...servers.values()].flatMap(({ server }) => server.exitCodes);
    const known: (number | null)[] = [null, serverExit.leaseLost, serverExit.databaseUnusable];
    assert.deepEqual(
      unexpected.filter((code) => !known.includes(code)),
      [],
    );
    const results = benches.flatMap((bench) => bench.results);
    const { changes, processes } = await oracle.compare(results);
    console.log(
      `      ${rounds} faults, ${results.length} results, ${changes} changes of ${processes} active processes`,
    );
    for (const [fault, times] of recoveries) {
      const sorted = times.toSorted((a, b) => a - b);
      console.log(
        `      ${fault} (${times.length}): served again after ${sorted[sorted.length >> 1]} ms, at most ${sorted.at(-1)} ms`,
      );
    }
  });
});
