import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, it } from 'mocha';
import * as z from 'zod';
import { DataFolder } from '../../src/server/cli/dataFolder.ts';
import { local } from '../../src/shared/contract/local.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { freePort } from '../support/freePort.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { type EventClient, listenTo } from './eventClient.ts';
import { pythons } from './pythons.ts';
import { startStationServer, type StationServer } from './stationServer.ts';

describe('presence', function () {
  this.timeout(120_000);
  const bench = useServerProcess();
  const read = (id: string) => bench.user.call(overview.get, { params: { id } });

  /** Reads from the database of the server what no operation tells. */
  const query = <T>(shape: z.ZodType<T>, sql: string, ...values: string[]): T[] => {
    const database = new DatabaseSync(DataFolder.existing(bench.folder).database, { readOnly: true });
    try {
      return z.array(shape).parse(database.prepare(sql).all(...values));
    } finally {
      database.close();
    }
  };
  const told = (id: string): string[] =>
    query(
      z.object({ is_up: z.number(), cause: z.string() }),
      'select is_up, cause from transitions join presence on key = presence_key where station_id = ? order by at',
      id,
    ).map(({ is_up, cause }) => `${is_up ? 'up' : 'down'} ${cause}`);

  let events: EventClient | undefined;
  const stopListening = async (): Promise<void> => {
    await events?.close();
    events = undefined;
  };
  afterEach(stopListening);

  /** Waits until the station is in this state, each time that something of a presence changes. */
  async function until(id: string, state: string): Promise<void> {
    events ??= await listenTo(bench.server.url, adminKey);
    while ((await read(id)).state !== state) {
      const event = await events.next();
      assert.ok(event, `The events ended before the station was ${state}.`);
    }
  }

  describe('by heartbeats', () => {
    it('shows presence in the overview and to v2 clients', async () => {
      const { id, client } = await bench.station('Beating');
      const status = async () => (await bench.user.call(stations.get, { params: { id } })).connection_status;
      assert.equal(await status(), null);
      const before = Date.now();
      const beat = (body: object) => client.call(presence.heartbeat, { params: { id }, body });
      assert.deepEqual(await beat({}), { id, state: 'connected' });
      const seen = await read(id);
      assert.equal(seen.state, 'connected');
      assert.ok(Date.parse(seen.state_since ?? '') >= before);
      assert.ok(Date.parse(seen.last_seen_at ?? '') >= before);
      assert.equal(await status(), 'connected');
      assert.deepEqual(await beat({ running: true, interval_s: 5 }), { id, state: 'running' });
      assert.equal(await status(), 'connected');
      assert.deepEqual(await beat({ farewell: true }), { id, state: 'disconnected' });
      assert.equal(await status(), 'disconnected');
      assert.deepEqual(told(id), ['up heartbeat', 'down heartbeat']);
    });

    it('accepts heartbeats from a user and from the station itself only', async () => {
      const own = await bench.station('Own');
      const other = await bench.station('Other');
      const refused = await own.client.send(presence.heartbeat, { params: { id: other.id }, body: {} });
      assert.equal(refused.status, 403, refused.text);
      assert.match(refused.text, /speaks for that station only/);
      assert.equal((await read(other.id)).state, 'never');
      const nobody = await own.client.send(presence.heartbeat, { params: { id: randomUUID() }, body: {} });
      assert.equal(nobody.status, 403, nobody.text);
      assert.equal((await bench.user.send(presence.heartbeat, { params: { id: randomUUID() }, body: {} })).status, 404);
      await bench.user.call(presence.heartbeat, { params: { id: other.id }, body: {} });
      assert.equal((await read(other.id)).state, 'connected');
    });

    it('refuses heartbeats in the future and with invalid intervals', async () => {
      const { id, client } = await bench.station('Ahead');
      const hourAhead = new Date(Date.now() + 3_600_000).toISOString();
      for (const body of [{ at: hourAhead }, { interval_s: 0 }, { interval_s: 10_000 }]) {
        const reply = await client.send(presence.heartbeat, { params: { id }, body });
        assert.equal(reply.status, 400, reply.text);
      }
      const secondAhead = new Date(Date.now() + 1_000).toISOString();
      await client.call(presence.heartbeat, { params: { id }, body: { at: secondAhead } });
      assert.equal((await read(id)).state, 'connected');
    });

    it('ends the presence of a station that is deleted or archived', async () => {
      const { id, client } = await bench.station('Removed');
      await client.call(presence.heartbeat, { params: { id }, body: {} });
      await bench.user.call(stations.remove, { params: { id } });
      assert.deepEqual(told(id), []);

      const procedure_id = await bench.procedure('Of an archived station');
      const archived = await bench.station('Archived', procedure_id);
      const [started_at, ended_at] = ['2026-03-02T10:00:00Z', '2026-03-02T10:00:01Z'];
      const run = { procedure_id, serial_number: 'SN-1', part_number: 'PCBA01', outcome: 'PASS', started_at, ended_at };
      await archived.client.call(runs.create, { body: run });
      await archived.client.call(presence.heartbeat, { params: { id: archived.id }, body: {} });
      await bench.user.call(stations.remove, { params: { id: archived.id } });
      assert.deepEqual(told(archived.id), ['up heartbeat', 'down key']);
    });
  });

  for (const python of pythons()) {
    const packages = python.split('/').at(-3);
    describe(`by a followed OpenHTF station server (${packages})`, () => {
      let script: StationServer | undefined;
      afterEach(() => script?.end('kill'));

      it('follows a station server that starts, runs a test, stops, and is killed', async () => {
        const { id } = await bench.station(`Followed ${packages}`);
        const port = await freePort();
        const address = `127.0.0.1:${port}`;
        await bench.user.call(presence.setOperatorAddress, { params: { id }, body: { address } });
        assert.equal((await read(id)).operator_address, address);
        assert.equal((await read(id)).state, 'never');

        script = await startStationServer(python, port);
        await until(id, 'connected');
        await script.end('end');
        await until(id, 'disconnected');

        script = await startStationServer(python, port);
        await until(id, 'connected');
        script.test();
        await until(id, 'running');
        await script.end('kill');
        await until(id, 'disconnected');
        assert.deepEqual(told(id), ['up follow', 'down follow', 'up follow', 'down follow']);
      });

      it('follows a station server again after a restart, until its address is removed', async () => {
        const { id } = await bench.station(`Restarted ${packages}`);
        const port = await freePort();
        const address = `127.0.0.1:${port}`;
        script = await startStationServer(python, port);
        await bench.user.call(presence.setOperatorAddress, { params: { id }, body: { address } });
        await until(id, 'connected');
        await stopListening();
        await bench.restart((server) => server.stop());
        await until(id, 'connected');
        assert.deepEqual(told(id), ['up follow']);
        await bench.user.call(presence.setOperatorAddress, { params: { id }, body: { address: null } });
        await until(id, 'disconnected');
        assert.equal((await read(id)).operator_address, null);
        assert.deepEqual(told(id), ['up follow', 'down follow']);
      });
    });
  }

  it('refuses an invalid address of a station server', async () => {
    const { id } = await bench.station('Unreachable');
    for (const address of ['bench', 'http://bench:4444', 'bench:0', 'bench:70000', '-x:1', 'a b:1', '999.1.1.1:80']) {
      const reply = await bench.user.send(presence.setOperatorAddress, { params: { id }, body: { address } });
      assert.equal(reply.status, 400, `${address}: ${reply.text}`);
    }
    const body = { address: 'bench:4444' };
    assert.equal(
      (await bench.user.send(presence.setOperatorAddress, { params: { id: randomUUID() }, body })).status,
      404,
    );
  });

  describe('of a server that is killed', () => {
    const observers = () =>
      query(z.object({ started_at: z.number(), alive_at: z.number() }), 'select * from observers order by key');

    it('reports the time from the last tick of a killed server to the next start as unknown', async () => {
      const { id, client } = await bench.station('Watched');
      await client.call(presence.heartbeat, { params: { id }, body: {} });
      let killed = NaN;
      await bench.restart(async (server) => {
        killed = Date.now();
        await server.kill();
      });
      const [before, after] = observers().slice(-2);
      assert.ok(before && after);
      assert.ok(before.alive_at <= killed && after.started_at >= killed, JSON.stringify({ before, after, killed }));
      const { state, state_since } = await read(id);
      assert.deepEqual([state, state_since], ['unknown', new Date(before.alive_at).toISOString()]);
      assert.deepEqual(told(id), ['up heartbeat']);
    });

    it('stores when a server stops in order', async () => {
      let [begun, ended] = [NaN, NaN];
      await bench.restart(async (server) => {
        begun = Date.now();
        await server.stop();
        ended = Date.now();
      });
      const [before, after] = observers().slice(-2);
      assert.ok(before && after);
      assert.ok(before.alive_at >= begun && before.alive_at <= ended);
      assert.ok(after.started_at >= ended);
    });
  });

  describe('pauses', () => {
    const iso = (time: string) => `2026-03-02T${time}:00.000Z`;
    const create = (id: string, starts: string, ends: string | null, kind = 'maintenance') =>
      bench.user.send(presence.pause, {
        params: { id },
        body: { kind, starts_at: iso(starts), ends_at: ends === null ? null : iso(ends), note: ' Fixture ' },
      });

    it('creates, ends and deletes pauses', async () => {
      const { id } = await bench.station('Paused');
      const made = presence.pause.answer.parse((await create(id, '10:00', null, 'paused')).json());
      assert.deepEqual(made, { id: made.id, kind: 'paused', starts_at: iso('10:00'), ends_at: null, note: 'Fixture' });
      const params = { id, pause_id: made.id };
      const ended = await bench.user.call(presence.endPause, { params, body: { ends_at: iso('11:00') } });
      assert.deepEqual(ended, { ...made, ends_at: iso('11:00') });
      await bench.user.call(presence.deletePause, { params });
      assert.equal((await bench.user.send(presence.deletePause, { params })).status, 404);
      assert.equal((await bench.user.send(presence.endPause, { params, body: { ends_at: iso('12:00') } })).status, 404);
    });

    it('shows current and planned pauses in the summary and the row of their station', async () => {
      const [{ id }, other] = [await bench.station('In maintenance'), await bench.station('At work')];
      await create(id, '10:00', '11:00'); // over
      const body = { kind: 'maintenance', starts_at: iso('12:00'), ends_at: null, note: '' } as const;
      const made = await bench.user.call(presence.pause, { params: { id }, body });
      assert.deepEqual((await bench.user.call(overview.get, { params: { id } })).pauses, [made]);
      assert.deepEqual((await bench.user.call(overview.get, { params: { id: other.id } })).pauses, []);
      const { stations } = await bench.user.call(uptime.fleet, { query: { days: '1' } });
      const pauses = new Map(stations.map((row) => [row.id, row.pauses]));
      assert.deepEqual([pauses.get(id), pauses.get(other.id)], [[made], []]);
      await bench.user.call(presence.endPause, { params: { id, pause_id: made.id }, body: { ends_at: iso('13:00') } });
      assert.deepEqual((await bench.user.call(overview.get, { params: { id } })).pauses, []);
    });

    it('refuses a pause that ends before it begins', async () => {
      const { id } = await bench.station('Ordered');
      for (const ends of ['10:00', '09:00']) assert.equal((await create(id, '10:00', ends)).status, 400);
      const { id: pause_id } = presence.pause.answer.parse((await create(id, '10:00', '11:00')).json());
      const reply = await bench.user.send(presence.endPause, {
        params: { id, pause_id },
        body: { ends_at: iso('09:00') },
      });
      assert.equal(reply.status, 400, reply.text);
    });

    it('refuses a pause that overlaps one without an end', async () => {
      const { id } = await bench.station('Overlapping');
      assert.equal((await create(id, '10:00', null)).status, 200);
      for (const [starts, ends] of [
        ['09:00', null],
        ['11:00', null],
        ['09:00', '10:01'],
        ['12:00', '13:00'],
      ] as const) {
        const reply = await create(id, starts, ends);
        assert.equal(reply.status, 409, `${starts} ${ends}: ${reply.text}`);
      }
      assert.equal((await create(id, '09:00', '10:00')).status, 200);
      assert.equal((await create((await bench.station('Beside')).id, '10:00', null)).status, 200);
    });

    it('finds a pause only under its station, and updates the history version when it is deleted', async () => {
      const { id } = await bench.station('Days');
      const other = await bench.station('Not its');
      await bench.user.call(presence.heartbeat, { params: { id }, body: {} });
      const { id: pause_id } = presence.pause.answer.parse((await create(id, '10:00', '11:00')).json());
      const wrong = { id: other.id, pause_id };
      assert.equal((await bench.user.send(presence.deletePause, { params: wrong })).status, 404);
      const version = () =>
        query(z.object({ v: z.number() }), 'select history_version as v from presence where station_id = ?', id)[0]?.v;
      const before = version() ?? NaN;
      await bench.user.call(presence.deletePause, { params: { id, pause_id } });
      assert.ok((version() ?? NaN) > before);
    });
  });

  it('names presence among the capabilities', async () => {
    const reply = await fetch(bench.server.url + local.health.path);
    const { capabilities } = local.health.answer.parse(await reply.json());
    assert.ok(capabilities.includes('presence') && capabilities.includes('uptime'));
  });
});
