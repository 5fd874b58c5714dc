import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { after, describe, it } from 'mocha';
import * as z from 'zod';
import { local } from '../../src/shared/contract/local.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServer } from './bench.ts';
import { type Credentials, MqttClient } from './mqttClient.ts';
import { randomNumbers } from './random.ts';
import { TestClient } from './requests.ts';

/** Milliseconds between two looks at the server, and until the server counts as stuck. */
const [lookEvery, patience] = [25, 20_000];

/** A client as the test knows it: what the server should say follows from these fields alone. */
interface Connection {
  client: MqttClient;
  credentials: Credentials;
  /** Generation of the station's key with which the session was requested. */
  key: number;
  /** The client has seen its CONNACK, has not ended the connection, and no other client has taken its session. */
  isOpen: boolean;
}

describe('the presence of a station with live streams', function () {
  this.timeout(300_000);
  const bench = useServer();
  const authority = (): string => readFileSync(String(bench.server.address.ca), 'utf8');
  const open: MqttClient[] = [];
  after(() => {
    for (const { socket } of open) socket.destroy();
  });

  const isConnected = async (id: string): Promise<boolean> => {
    const { state } = await bench.user.call(overview.get, { params: { id } });
    return state === 'connected' || state === 'running';
  };

  /** Waits until the server says so. */
  const becomes = async (id: string, expected: boolean, why: string): Promise<void> => {
    const end = performance.now() + patience;
    while ((await isConnected(id)) !== expected) {
      assert.ok(performance.now() < end, `The station should be ${expected ? 'connected' : 'gone'}: ${why}`);
      await delay(lookEvery);
    }
  };

  /** The station's transitions in their order: true for each that says that the station came. */
  const transitionsOf = (id: string): boolean[] => {
    const database = new DatabaseSync(join(bench.folder, 'stations.db'), { readOnly: true });
    try {
      const rows = database
        .prepare(`select is_up from transitions join presence on key = presence_key where station_id = ? order by at`)
        .all(id);
      return z
        .array(z.object({ is_up: z.number() }))
        .parse(rows)
        .map(({ is_up }) => is_up === 1);
    } finally {
      database.close();
    }
  };

  /** Waits until the last transition says that the station went. A transition is stored a moment after the server says so. */
  const isStoredAsGone = async (id: string, why: string): Promise<void> => {
    const end = performance.now() + patience;
    while (transitionsOf(id).at(-1) === true) {
      assert.ok(performance.now() < end, `The station should be stored as gone: ${why}`);
      await delay(lookEvery);
    }
  };

  const connect = async (credentials: Credentials, options: { keepalive?: number } = {}): Promise<MqttClient> => {
    const client = await MqttClient.open(credentials, authority());
    open.push(client);
    client.connect(credentials, undefined, options);
    return client;
  };

  it('ends presence when clients connect and close the socket at once', async () => {
    const station = await bench.station('Hasty');
    for (let n = 0; n < 20; n++) {
      const client = await connect(await station.client.call(v1.streaming));
      if (n % 2 === 0) client.socket.destroy();
      else client.socket.end();
    }
    // The server has taken all of them when it has answered a client that connected after them.
    const last = await connect(await station.client.call(v1.streaming));
    await last.packet('connack');
    await becomes(station.id, true, 'a client is connected');
    last.socket.destroy();
    await becomes(station.id, false, 'all sockets are closed');
    await isStoredAsGone(station.id, 'all sockets are closed');
  });

  it('ends presence when a client is silent for longer than its keepalive', async () => {
    const station = await bench.station('Silent');
    const client = await connect(await station.client.call(v1.streaming), { keepalive: 1 });
    await client.packet('connack');
    await becomes(station.id, true, 'a client is connected');
    client.socket.pause();
    await becomes(station.id, false, 'the client has been silent');
  });

  it('reports no presence for a client without a valid keepalive', async () => {
    const station = await bench.station('Endless');
    for (const keepalive of [0, 3600]) {
      const client = await connect(await station.client.call(v1.streaming), { keepalive });
      await client.ended();
    }
    assert.deepEqual(transitionsOf(station.id), []);
  });

  it('reports no presence for a session whose key was deleted', async () => {
    const station = await bench.station('Late');
    const credentials = await station.client.call(v1.streaming);
    await bench.user.call(local.generateKey, { params: { id: station.id } });
    const client = await connect(credentials);
    assert.equal((await client.packet('connack')).returnCode, 5);
    assert.deepEqual(transitionsOf(station.id), []);
  });

  it('does not end presence for a client of another station with the same client id', async () => {
    const [own, other] = [await bench.station('Victim'), await bench.station('Namesake')];
    const clients: MqttClient[] = [];
    for (const station of [own, other]) {
      const credentials = await station.client.call(v1.streaming);
      const client = await MqttClient.open(credentials, authority());
      open.push(client);
      client.connect(credentials, undefined, { clientId: 'bench-computer' });
      await client.packet('connack');
      clients.push(client);
    }
    for (const client of clients) {
      client.send({ cmd: 'pingreq' });
      await client.packet('pingresp');
      client.socket.destroy();
    }
  });

  it('reports presence of a station whatever other clients open', async () => {
    const [own, other] = [await bench.station('Quiet'), await bench.station('Greedy')];
    const credentials = await own.client.call(v1.streaming);
    let last = await other.client.call(v1.streaming);
    for (let n = 0; n < 1_000; n++) last = await other.client.call(v1.streaming);
    const greedy: MqttClient[] = [];
    for (let n = 0; n < 60; n++) greedy.push(await connect(await other.client.call(v1.streaming)));
    const codes = await Promise.all(greedy.map(async (client) => (await client.packet('connack')).returnCode));
    assert.equal(codes.filter((code) => code === 0).length, 50);
    greedy.push(await connect(last));
    // Clients that never log in.
    for (let n = 0; n < 500; n++) greedy.push(await MqttClient.open(credentials, authority()));
    const client = await connect(credentials);
    assert.equal((await client.packet('connack')).returnCode, 0);
    await becomes(own.id, true, 'its client is connected');
    for (const { socket } of [...greedy, client]) socket.destroy();
    await becomes(other.id, false, 'all sockets are closed');
    await becomes(own.id, false, 'all sockets are closed');
  });

  it('reports presence exactly while a socket with a login is open', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    console.log(`      seed ${seed}`);
    const random = randomNumbers(seed);
    const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
    for (let round = 0; round < 12; round++) {
      const station = await bench.station(`Random ${round}`);
      await oneRound(station, pick, random);
    }
  });

  async function oneRound(
    station: TestStation,
    pick: <T>(all: readonly T[]) => T | undefined,
    random: () => number,
  ): Promise<void> {
    const log: string[] = [];
    const connections: Connection[] = [];
    let key = { number: 0, client: station.client };
    const isTaken = ({ credentials }: Connection): boolean =>
      connections.some((other) => other.isOpen && other.credentials.token === credentials.token);
    const add = async (credentials: Credentials, keyNumber: number): Promise<void> => {
      for (const other of connections) if (other.credentials.token === credentials.token) other.isOpen = false;
      const client = await connect(credentials, { keepalive: 20 });
      const { returnCode } = await client.packet('connack');
      assert.equal(returnCode, keyNumber === key.number ? 0 : 5, log.join());
      connections.push({ client, credentials, key: keyNumber, isOpen: returnCode === 0 });
    };
    const actions: Record<string, () => Promise<void> | void> = {
      connect: async () => add(await key.client.call(v1.streaming), key.number),
      takeOver: async () => {
        const one = pick(connections);
        if (one) await add(one.credentials, one.key);
      },
      hasty: async () => {
        const client = await connect(await key.client.call(v1.streaming));
        if (random() < 0.5) client.socket.destroy();
        else client.socket.end();
      },
      publish: () => {
        const one = pick(connections.filter(({ isOpen }) => isOpen));
        const text = JSON.stringify({ action: 'send', source: 'python', message: { status: 'RUNNING' } });
        one?.client.publish(one.credentials.publishOptions.topic, text.padEnd(Math.floor(random() * 200_000)));
      },
      close: () => end((client) => client.socket.end()),
      abort: () => end((client) => client.socket.destroy()),
      disconnect: () => end((client) => client.send({ cmd: 'disconnect' })),
      misbehave: () => end((client) => client.publish('any', 'thing')),
      stopReading: () => {
        pick(connections.filter(({ isOpen }) => isOpen))?.client.socket.pause();
      },
      replaceKey: async () => {
        const { api_key } = await bench.user.call(local.generateKey, { params: { id: station.id } });
        key = { number: key.number + 1, client: new TestClient(bench.server.url, api_key) };
        for (const each of connections) each.isOpen = false;
      },
      look: () =>
        becomes(
          station.id,
          connections.some(({ isOpen }) => isOpen),
          log.join(),
        ),
    };
    function end(how: (client: MqttClient) => void): void {
      const one = pick(connections.filter(({ isOpen }) => isOpen));
      if (!one) return;
      one.isOpen = false;
      assert.ok(!isTaken(one));
      how(one.client);
    }
    for (let step = 0; step < 25; step++) {
      const name = pick(Object.keys(actions)) ?? '';
      log.push(name);
      await actions[name]?.();
    }
    await actions['look']?.();
    for (const { client } of connections) client.socket.destroy();
    await becomes(station.id, false, `all sockets are closed after ${log.join()}`);
    await isStoredAsGone(station.id, log.join());
    assert.ok(
      transitionsOf(station.id).every((isUp, n) => isUp === (n % 2 === 0)),
      log.join(),
    );
  }
});
