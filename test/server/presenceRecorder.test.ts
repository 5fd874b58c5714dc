import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { removeStation } from '../../src/server/store/stations.ts';
import { hour, minute, second, useRecorder } from './recorderAtWork.ts';

describe('the recorder of presence', () => {
  const own = useRecorder();
  const { begin, endAndBegin, stream, beat, time, told, state, observed } = own;

  describe('of live streams', () => {
    it('marks a station as connected with its live stream and as running with its test', async () => {
      assert.equal(await state(), 'no row');
      own.recorder.opened(stream());
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(10 * second);
      own.recorder.state(stream(), { status: 'WAITING_FOR_TEST_START' });
      assert.equal(await state(), 'connected since 10:00:00');
      own.recorder.state(stream(), { status: 'RUNNING' });
      assert.equal(await state(), 'running since 10:00:10');
      own.clock.pass(10 * second);
      own.recorder.state(stream(), { status: 'COMPLETED' });
      own.recorder.state(stream(), 'nonsense');
      assert.equal(await state(), 'connected since 10:00:20');
      own.clock.pass(10 * second);
      own.recorder.closed(stream(), 'clean');
      assert.equal(await state(), 'disconnected since 10:00:30');
      assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:30 down stream']);
    });

    for (const [how, cause] of [
      ['lost', 'stream-lost'],
      ['key', 'key'],
    ] as const) {
      it(`stores the cause of a stream that ended: ${how}`, async () => {
        own.recorder.opened(stream());
        own.clock.pass(minute);
        own.recorder.closed(stream(), how);
        assert.deepEqual(await told(), ['10:00:00 up stream', `10:01:00 down ${cause}`]);
      });
    }

    it('disconnects a station with the last of several streams', async () => {
      own.recorder.opened(stream('one'));
      own.recorder.opened(stream('two'));
      await beat();
      own.clock.pass(10 * second);
      own.recorder.closed(stream('one'), 'lost');
      await beat({ isLast: true });
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(10 * second);
      own.recorder.closed(stream('two'), 'clean');
      own.recorder.closed(stream('two'), 'clean');
      assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:20 down stream']);
    });

    it('ignores the streams of users and of deleted stations', async () => {
      own.recorder.opened({ ...stream(), stationId: null });
      own.recorder.opened({ ...stream(), stationId: 'ffffffff-0000-4000-8000-000000000000' });
      assert.deepEqual([await told(), await state()], [[], 'no row']);
    });

    it('disconnects a station that is removed', async () => {
      own.recorder.opened(stream());
      await beat();
      await own.store.transaction().execute((change) => removeStation(change, own.station));
      await own.recorder.remove(own.station);
      own.clock.pass(hour);
      own.recorder.closed(stream(), 'key');
      await own.recorder.whenSaved();
      assert.deepEqual(await own.store.selectFrom('presence').selectAll().execute(), []);
    });
  });

  describe('of itself', () => {
    it('stores every 15 seconds and at the end that it is watching', async () => {
      own.clock.pass(40 * second);
      await own.recorder.whenSaved();
      assert.deepEqual(await observed(), ['10:00:00 10:00:30']);
      await own.recorder.stop();
      assert.deepEqual(await observed(), ['10:00:00 10:00:40']);
      own.clock.pass(minute);
      await begin();
      assert.deepEqual(await observed(), ['10:00:00 10:00:40', '10:01:40 10:01:40']);
    });

    for (const counted of [false, true]) {
      it(`leaves the time asleep unknown${counted ? ', also when the clocks continued' : ''}`, async () => {
        own.recorder.opened(stream());
        own.clock.pass(40 * second);
        await own.recorder.whenSaved();
        own.clock.sleep(hour, counted);
        own.clock.pass(15 * second);
        await own.recorder.whenSaved();
        own.clock.pass(15 * second);
        const [first, second_, ...none] = await observed();
        assert.equal(first, '10:00:00 10:00:30');
        assert.match(second_ ?? '', /^11:00:(4|5)\d 11:0[01]:\d\d$/);
        assert.deepEqual(none, []);
        assert.deepEqual(await told(), ['10:00:00 up stream']);
      });
    }

    it('restarts the heartbeat timers after sleep', async () => {
      await beat();
      own.clock.sleep(hour, true);
      own.clock.pass(second);
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(20 * second);
      await beat();
      own.clock.pass(75 * second);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '11:00:51 down heartbeat-missed']);
    });

    it('does not count heartbeats as missed in time that it did not watch', async () => {
      await beat();
      own.clock.sleep(hour, true);
      own.clock.pass(2 * minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '11:00:00 down heartbeat-missed']);
    });

    it('starts a new interval when the clock is set, and keeps transitions in order', async () => {
      own.recorder.opened(stream());
      own.clock.pass(40 * second);
      await own.recorder.whenSaved();
      own.clock.set('2026-03-02T12:00:00Z');
      own.recorder.closed(stream(), 'lost');
      own.clock.pass(30 * second);
      assert.deepEqual(await told(), ['10:00:00 up stream', '12:00:00 down stream-lost']);
      own.clock.set('2026-03-02T11:00:00Z');
      own.recorder.opened(stream());
      assert.equal(await state(), 'connected since 11:00:00');
      own.clock.pass(15 * second);
      await own.recorder.whenSaved();
      own.clock.pass(second);
      assert.deepEqual((await told()).slice(1), ['12:00:00 down stream-lost', '12:00:00 up stream']);
      const [first, ahead, back] = await observed();
      assert.equal(first, '10:00:00 10:00:30');
      assert.match(ahead ?? '', /^12:00:00 12:00:/);
      assert.match(back ?? '', /^11:00:\d\d 11:00:/);
    });

    it('detects missed heartbeats in time after the clock was set back', async () => {
      await beat();
      own.clock.set('2026-03-02T05:00:00Z');
      await beat();
      own.clock.pass(75 * second);
      assert.equal(await state(), 'disconnected since 10:00:00');
    });

    it('tolerates small corrections of the clock', async () => {
      own.clock.pass(15 * second);
      own.clock.set('2026-03-02T10:00:35Z');
      own.clock.pass(15 * second);
      own.clock.set('2026-03-02T10:00:40Z');
      own.clock.pass(15 * second);
      assert.equal((await observed()).length, 1);
    });
  });

  describe('after a restart', () => {
    it('reports a station as unknown after a restart until a source reports it', async () => {
      own.recorder.opened(stream());
      own.clock.pass(40 * second);
      own.recorder.closed(stream(), 'server');
      await own.recorder.stop();
      assert.deepEqual(await told(), ['10:00:00 up stream']);
      own.clock.pass(minute);
      await begin();
      assert.equal(await state(), 'unknown since 10:00:40');
      own.clock.pass(59 * second);
      own.recorder.opened(stream('another'));
      assert.equal(await state(), 'connected since 10:02:39');
      own.clock.pass(hour);
      assert.deepEqual(await told(), ['10:00:00 up stream']);
    });

    it('disconnects a station that no source reports within a minute after a restart', async () => {
      own.recorder.opened(stream());
      own.clock.pass(40 * second);
      await own.recorder.stop();
      own.clock.pass(hour);
      await begin();
      own.clock.pass(59 * second);
      assert.equal(await state(), 'unknown since 10:00:40');
      own.clock.pass(second);
      assert.equal(await state(), 'disconnected since 11:00:40');
      assert.deepEqual(await told(), ['10:00:00 up stream', '11:00:40 down server']);
      await endAndBegin();
      assert.equal(await state(), 'disconnected since 11:00:40');
    });

    it('waits after a restart for as long as a heartbeat may take', async () => {
      await beat({ intervalMs: 10 * minute });
      await endAndBegin();
      own.clock.pass(24 * minute);
      assert.equal(await state(), 'unknown since 10:00:00');
      await beat({ intervalMs: 10 * minute });
      assert.equal(await state(), 'connected since 10:24:00');
      await endAndBegin();
      await endAndBegin();
      own.clock.pass(25 * minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:34:00 down server']);
    });

    it('reports the last time that an earlier server saw a station', async () => {
      own.recorder.opened(stream());
      own.clock.pass(40 * second);
      await own.recorder.stop();
      own.clock.pass(hour);
      await begin();
      const row = await own.store.selectFrom('presence').select('last_seen_at').executeTakeFirstOrThrow();
      assert.equal(time(row.last_seen_at), '10:00:40');
    });
  });

  it('retries changes that could not be stored', async () => {
    await own.recorder.whenSaved();
    await own.store.schema.alterTable('transitions').renameTo('elsewhere').execute();
    const silent = console.error;
    const errors: unknown[] = [];
    console.error = (...words: unknown[]) => errors.push(words[0]);
    try {
      own.recorder.opened(stream());
      await own.recorder.whenSaved();
      own.clock.pass(5 * second);
      own.recorder.closed(stream(), 'lost');
      await own.recorder.whenSaved();
    } finally {
      console.error = silent;
    }
    assert.ok(errors.length > 0);
    await own.store.schema.alterTable('elsewhere').renameTo('transitions').execute();
    own.clock.pass(15 * second);
    assert.deepEqual(await told(), ['10:00:00 up stream', '10:00:05 down stream-lost']);
    assert.equal(await state(), 'disconnected since 10:00:05');
  });
});
