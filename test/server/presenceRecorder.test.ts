import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Heartbeat } from '../../src/server/presence/heartbeats.ts';
import { PresenceRecorder } from '../../src/server/presence/recorder.ts';
import { openStore } from '../../src/server/store/open.ts';
import { insertStation, removeStation } from '../../src/server/store/stations.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { LiveStream } from '../../src/server/streaming/streams.ts';
import { SetClock } from './setClock.ts';
import { temporaryFolder } from './support.ts';

const start = '2026-03-02T10:00:00.000Z';
const [second, minute, hour] = [1_000, 60_000, 3_600_000];

describe('the recorder of presence', () => {
  let store: Store;
  let clock: SetClock;
  let recorder: PresenceRecorder;
  let station: string;

  const begin = async (): Promise<void> => {
    recorder = new PresenceRecorder(store, clock, { onChange: () => {}, onFollowed: [] });
    await recorder.start();
  };
  const endAndBegin = async (): Promise<void> => {
    await recorder.stop();
    await begin();
  };

  beforeEach(async () => {
    store = openStore(join(temporaryFolder(), 'database')).store;
    clock = new SetClock(start);
    station = await store.transaction().execute((change) => insertStation(change, 'Bench', '{}'));
    await begin();
  });
  afterEach(async () => {
    await recorder.stop();
    await store.destroy();
  });

  const stream = (id = 'stream'): LiveStream => ({ id, stationId: station, send: () => {} });
  const beat = (given: Partial<Heartbeat> & { clockTime?: string } = {}) => {
    const { clockTime, ...heartbeat } = given;
    const at = clockTime === undefined ? null : Date.parse(`2026-03-02T${clockTime}.000Z`);
    const plain = { intervalMillis: 30 * second, running: false, farewell: false, at, scriptRun: null };
    return recorder.heartbeat(station, { ...plain, ...heartbeat });
  };
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString().slice(11, 19));

  /** `10:00:00 up stream`, one a transition. */
  const told = async (): Promise<string[]> => {
    await recorder.saved();
    const rows = await store.selectFrom('transitions').select(['at', 'is_up', 'cause']).orderBy('at').execute();
    return rows.map(({ at, is_up, cause }) => `${time(at)} ${is_up ? 'up' : 'down'} ${cause}`);
  };
  const state = async (): Promise<string> => {
    await recorder.saved();
    const row = await store.selectFrom('presence').select(['state', 'since']).executeTakeFirst();
    return row ? `${row.state} since ${time(row.since)}` : 'no row';
  };
  const observed = async (): Promise<string[]> => {
    await recorder.saved();
    const rows = await store.selectFrom('observers').select(['started_at', 'alive_at']).orderBy('key').execute();
    return rows.map(({ started_at, alive_at }) => `${time(started_at)} ${time(alive_at)}`);
  };

  describe('of live streams', () => {
    it('is up while one is connected, and running while its test is', async () => {
      assert.equal(await state(), 'no row');
      recorder.opened(stream());
      assert.equal(await state(), 'connected since 10:00:00');
      clock.pass(10 * second);
      recorder.state(stream(), { status: 'WAITING_FOR_TEST_START' });
      assert.equal(await state(), 'connected since 10:00:00');
      recorder.state(stream(), { status: 'RUNNING' });
      assert.equal(await state(), 'running since 10:00:10');
      clock.pass(10 * second);
      recorder.state(stream(), { status: 'COMPLETED' });
      recorder.state(stream(), 'nonsense');
      assert.equal(await state(), 'connected since 10:00:20');
      clock.pass(10 * second);
      recorder.closed(stream(), 'farewell');
      assert.equal(await state(), 'disconnected since 10:00:30');
      assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:30 down stream']);
    });

    for (const [how, cause] of [
      ['lost', 'stream-lost'],
      ['key', 'key'],
    ] as const) {
      it(`tells that one ended: ${how}`, async () => {
        recorder.opened(stream());
        clock.pass(minute);
        recorder.closed(stream(), how);
        assert.deepEqual(await told(), ['10:00:00 up stream', `10:01:00 down ${cause}`]);
      });
    }

    it('goes with the last of several', async () => {
      recorder.opened(stream('one'));
      recorder.opened(stream('two'));
      await beat();
      clock.pass(10 * second);
      recorder.closed(stream('one'), 'lost');
      await beat({ farewell: true });
      assert.equal(await state(), 'connected since 10:00:00');
      clock.pass(10 * second);
      recorder.closed(stream('two'), 'farewell');
      recorder.closed(stream('two'), 'farewell');
      assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:20 down stream']);
    });

    it('has nothing to say of the stream of a user, or of a station that is gone', async () => {
      recorder.opened({ ...stream(), stationId: null });
      recorder.opened({ ...stream(), stationId: 'ffffffff-0000-4000-8000-000000000000' });
      assert.deepEqual([await told(), await state()], [[], 'no row']);
    });

    it('ends with the station', async () => {
      recorder.opened(stream());
      await beat();
      await store.transaction().execute((change) => removeStation(change, station));
      await recorder.forget(station);
      clock.pass(hour);
      recorder.closed(stream(), 'key');
      await recorder.saved();
      assert.deepEqual(await store.selectFrom('presence').selectAll().execute(), []);
    });
  });

  describe('of heartbeats', () => {
    it('is up while they come; one that comes late misses nothing', async () => {
      assert.equal(await beat(), 'connected');
      for (const pause of [30, 74, 1, 30]) {
        clock.pass(pause * second);
        assert.equal(await beat({ running: pause === 1 }), pause === 1 ? 'running' : 'connected');
      }
      assert.deepEqual(await told(), ['10:00:00 up heartbeat']);
    });

    it('is down one interval after the last, when none came for 2.5 intervals', async () => {
      await beat();
      clock.pass(30 * second);
      await beat();
      clock.pass(74 * second);
      assert.equal(await state(), 'connected since 10:00:00');
      clock.pass(second);
      assert.equal(await state(), 'disconnected since 10:01:00');
      clock.pass(minute);
      await beat();
      assert.deepEqual(await told(), [
        '10:00:00 up heartbeat',
        '10:01:00 down heartbeat-missed',
        '10:02:45 up heartbeat',
      ]);
    });

    it('waits a minute at least, however often they should come', async () => {
      await beat({ intervalMillis: second });
      clock.pass(59 * second);
      assert.equal(await state(), 'connected since 10:00:00');
      clock.pass(second);
      assert.equal(await state(), 'disconnected since 10:00:01');
    });

    it('ends with a farewell at once', async () => {
      await beat();
      clock.pass(20 * second);
      assert.equal(await beat({ farewell: true }), 'disconnected');
      clock.pass(hour);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('says nothing by a farewell of a station that was never there', async () => {
      assert.equal(await beat({ farewell: true }), 'never');
      assert.deepEqual(await told(), []);
    });

    it('tells runs of scripts apart', async () => {
      await beat({ scriptRun: 'one', running: true, intervalMillis: 10 * second });
      await beat({ scriptRun: 'two', running: true, intervalMillis: 10 * second });
      clock.pass(10 * second);
      assert.equal(await beat({ scriptRun: 'one', farewell: true }), 'running');
      assert.equal(await beat({ scriptRun: 'two', farewell: true }), 'disconnected');
      assert.deepEqual(await told(), ['10:00:00 up run', '10:00:10 down run']);
    });

    it('keeps no more than 20 of them', async () => {
      for (let n = 0; n < 30; n++) await beat({ scriptRun: `run ${n}` });
      for (let n = 10; n < 29; n++) assert.equal(await beat({ scriptRun: `run ${n}`, farewell: true }), 'connected');
      assert.equal(await beat({ scriptRun: 'run 29', farewell: true }), 'disconnected');
    });

    it('counts the time of another source that ended before it was missed', async () => {
      await beat();
      recorder.opened(stream());
      clock.pass(50 * second);
      recorder.closed(stream(), 'farewell');
      clock.pass(minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:50 down stream']);
    });

    it('repairs by late ones the time that they speak for', async () => {
      await beat();
      clock.pass(10 * minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:30 down heartbeat-missed']);
      assert.equal(await beat({ clockTime: '10:05:00' }), 'disconnected');
      assert.deepEqual((await told()).slice(2), ['10:05:00 up heartbeat', '10:05:30 down heartbeat-missed']);
      assert.equal(await state(), 'disconnected since 10:05:30');
      // The same again, and one that joins on: none was missed between them.
      await beat({ clockTime: '10:05:00' });
      await beat({ clockTime: '10:06:00' });
      assert.deepEqual((await told()).slice(2), ['10:05:00 up heartbeat', '10:06:30 down heartbeat-missed']);
      await beat({ clockTime: '10:01:00' });
      assert.deepEqual((await told()).slice(0, 2), ['10:00:00 up heartbeat', '10:01:30 down heartbeat-missed']);
      // Out of order, up to the next that came.
      await beat({ clockTime: '10:04:00' });
      assert.deepEqual((await told()).slice(2), ['10:04:00 up heartbeat', '10:06:30 down heartbeat-missed']);
      await beat();
      assert.deepEqual((await told()).slice(4), ['10:10:00 up heartbeat']);
    });

    it('takes what comes a little late for the present', async () => {
      clock.pass(minute);
      await beat({ clockTime: '10:00:40' });
      assert.equal(await state(), 'connected since 10:00:40');
      clock.pass(55 * second);
      assert.equal(await state(), 'disconnected since 10:01:10');
    });

    it('takes a late farewell for the end', async () => {
      await beat();
      clock.pass(10 * minute);
      await beat({ clockTime: '10:00:20', farewell: true });
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('forgets the days that a late one touches, of that station alone', async () => {
      const other = await store.transaction().execute((change) => insertStation(change, 'Other', '{}'));
      await beat();
      await recorder.heartbeat(other, {
        intervalMillis: second,
        running: false,
        farewell: false,
        at: null,
        scriptRun: null,
      });
      clock.pass(2 * minute);
      await recorder.stop();
      clock.sleep(72 * hour, true);
      await store
        .insertInto('observers')
        .values({ started_at: Date.parse('2026-03-04T00:00:00Z'), alive_at: Date.parse('2026-03-05T00:00:00Z') })
        .execute();
      await begin();
      const keys = await store.selectFrom('presence').select('key').orderBy('key').execute();
      const dates = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
      const day = { zone: 'UTC', up: 1, down: 0, maintenance: 0, paused: 0, unknown: 0, incidents: 0 };
      await store
        .insertInto('uptime_days')
        .values(keys.flatMap(({ key }) => dates.map((date) => ({ ...day, presence_key: key, date }))))
        .execute();
      await beat({ at: Date.parse('2026-03-04T12:00:00Z') });
      const left = await store.selectFrom('uptime_days').select(['presence_key', 'date']).execute();
      const of = (key: number | undefined) => left.filter((row) => row.presence_key === key).map(({ date }) => date);
      // From what is the day before in the east of the world; the downtime after it goes on.
      assert.deepEqual(of(keys[0]?.key), ['2026-03-01', '2026-03-02']);
      assert.deepEqual(of(keys[1]?.key), dates);
    });

    it('repairs no time in which nobody watched', async () => {
      await beat({ farewell: true });
      await recorder.stop();
      clock.pass(10 * minute);
      await begin();
      clock.pass(10 * minute);
      await beat({ clockTime: '10:05:00' });
      assert.deepEqual(await told(), []);
      await beat({ clockTime: '10:09:50' });
      assert.deepEqual(await told(), ['10:10:00 up heartbeat', '10:10:20 down heartbeat-missed']);
    });
  });

  describe('of itself', () => {
    it('notes every 15 seconds that it watches, and when it ends', async () => {
      clock.pass(40 * second);
      await recorder.saved();
      assert.deepEqual(await observed(), ['10:00:00 10:00:30']);
      await recorder.stop();
      assert.deepEqual(await observed(), ['10:00:00 10:00:40']);
      clock.pass(minute);
      await begin();
      assert.deepEqual(await observed(), ['10:00:00 10:00:40', '10:01:40 10:01:40']);
    });

    for (const counted of [false, true]) {
      it(`knows nothing of the time asleep${counted ? ', where its clocks went on' : ''}`, async () => {
        recorder.opened(stream());
        clock.pass(40 * second);
        await recorder.saved();
        clock.sleep(hour, counted);
        clock.pass(15 * second);
        await recorder.saved();
        clock.pass(15 * second);
        const [first, second_, ...none] = await observed();
        assert.equal(first, '10:00:00 10:00:30');
        assert.match(second_ ?? '', /^11:00:(4|5)\d 11:0[01]:\d\d$/);
        assert.deepEqual(none, []);
        assert.deepEqual(await told(), ['10:00:00 up stream']);
      });
    }

    it('gives heartbeats their time anew after it slept', async () => {
      await beat();
      clock.sleep(hour, true);
      clock.pass(second);
      assert.equal(await state(), 'connected since 10:00:00');
      clock.pass(20 * second);
      await beat();
      clock.pass(75 * second);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '11:00:51 down heartbeat-missed']);
    });

    it('does not take them for missed in a time that it did not see', async () => {
      await beat();
      clock.sleep(hour, true);
      clock.pass(2 * minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '11:00:00 down heartbeat-missed']);
    });

    it('begins anew when the clock is set forwards or backwards, and keeps what happened in order', async () => {
      recorder.opened(stream());
      clock.pass(40 * second);
      await recorder.saved();
      clock.set('2026-03-02T12:00:00Z');
      recorder.closed(stream(), 'lost');
      clock.pass(30 * second);
      assert.deepEqual(await told(), ['10:00:00 up stream', '12:00:00 down stream-lost']);
      clock.set('2026-03-02T11:00:00Z');
      recorder.opened(stream());
      assert.equal(await state(), 'connected since 11:00:00');
      clock.pass(15 * second);
      await recorder.saved();
      clock.pass(second);
      assert.deepEqual((await told()).slice(1), ['12:00:00 down stream-lost', '12:00:00 up stream']);
      const [first, ahead, back] = await observed();
      assert.equal(first, '10:00:00 10:00:30');
      assert.match(ahead ?? '', /^12:00:00 12:00:/);
      assert.match(back ?? '', /^11:00:\d\d 11:00:/);
    });

    it('misses heartbeats in their time when the clock was put back', async () => {
      await beat();
      clock.set('2026-03-02T05:00:00Z');
      await beat();
      clock.pass(75 * second);
      assert.equal(await state(), 'disconnected since 10:00:00');
    });

    it('is not disturbed by a clock that is put right by a little', async () => {
      clock.pass(15 * second);
      clock.set('2026-03-02T10:00:35Z');
      clock.pass(15 * second);
      clock.set('2026-03-02T10:00:40Z');
      clock.pass(15 * second);
      assert.equal((await observed()).length, 1);
    });
  });

  describe('after a restart', () => {
    it('knows nothing of a station that was there, until it tells', async () => {
      recorder.opened(stream());
      clock.pass(40 * second);
      recorder.closed(stream(), 'server');
      await recorder.stop();
      assert.deepEqual(await told(), ['10:00:00 up stream']);
      clock.pass(minute);
      await begin();
      assert.equal(await state(), 'unknown since 10:00:40');
      clock.pass(59 * second);
      recorder.opened(stream('another'));
      assert.equal(await state(), 'connected since 10:02:39');
      clock.pass(hour);
      assert.deepEqual(await told(), ['10:00:00 up stream']);
    });

    it('takes it for gone after a minute without a source, since it watches', async () => {
      recorder.opened(stream());
      clock.pass(40 * second);
      await recorder.stop();
      clock.pass(hour);
      await begin();
      clock.pass(59 * second);
      assert.equal(await state(), 'unknown since 10:00:40');
      clock.pass(second);
      assert.equal(await state(), 'disconnected since 11:00:40');
      assert.deepEqual(await told(), ['10:00:00 up stream', '11:00:40 down server']);
      await endAndBegin();
      assert.equal(await state(), 'disconnected since 11:00:40');
    });

    it('waits for heartbeats as long as they may take', async () => {
      await beat({ intervalMillis: 10 * minute });
      await endAndBegin();
      clock.pass(24 * minute);
      assert.equal(await state(), 'unknown since 10:00:00');
      await beat({ intervalMillis: 10 * minute });
      assert.equal(await state(), 'connected since 10:24:00');
      await endAndBegin();
      await endAndBegin();
      clock.pass(25 * minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:34:00 down server']);
    });

    it('says last that it was seen when the server before last watched', async () => {
      recorder.opened(stream());
      clock.pass(40 * second);
      await recorder.stop();
      clock.pass(hour);
      await begin();
      const row = await store.selectFrom('presence').select('last_seen_at').executeTakeFirstOrThrow();
      assert.equal(time(row.last_seen_at), '10:00:40');
    });
  });

  it('stores later what could not be stored at once', async () => {
    await recorder.saved();
    await store.schema.alterTable('transitions').renameTo('elsewhere').execute();
    const silent = console.error;
    const errors: unknown[] = [];
    console.error = (...words: unknown[]) => errors.push(words[0]);
    try {
      recorder.opened(stream());
      await recorder.saved();
      clock.pass(5 * second);
      recorder.closed(stream(), 'lost');
      await recorder.saved();
    } finally {
      console.error = silent;
    }
    assert.ok(errors.length > 0);
    await store.schema.alterTable('elsewhere').renameTo('transitions').execute();
    clock.pass(15 * second);
    assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:05 down stream-lost']);
    assert.equal(await state(), 'disconnected since 10:00:05');
  });
});
