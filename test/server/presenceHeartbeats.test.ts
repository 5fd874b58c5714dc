import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { insertStation } from '../../src/server/store/stations.ts';
import { hour, minute, second, useRecorder } from './recorderAtWork.ts';

describe('the recorder of presence', () => {
  const own = useRecorder();
  const { begin, stream, beat, told, state } = own;

  describe('of heartbeats', () => {
    it('keeps a station connected while heartbeats arrive, also slightly late', async () => {
      assert.equal(await beat(), 'connected');
      for (const pause of [30, 74, 1, 30]) {
        own.clock.pass(pause * second);
        assert.equal(await beat({ isRunning: pause === 1 }), pause === 1 ? 'running' : 'connected');
      }
      assert.deepEqual(await told(), ['10:00:00 up heartbeat']);
    });

    it('disconnects a station one interval after its last heartbeat when none arrives for 2.5 intervals', async () => {
      await beat();
      own.clock.pass(30 * second);
      await beat();
      own.clock.pass(74 * second);
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(second);
      assert.equal(await state(), 'disconnected since 10:01:00');
      own.clock.pass(minute);
      await beat();
      assert.deepEqual(await told(), [
        '10:00:00 up heartbeat',
        '10:01:00 down heartbeat-missed',
        '10:02:45 up heartbeat',
      ]);
    });

    it('waits at least a minute for a heartbeat, whatever its interval', async () => {
      await beat({ intervalMs: second });
      own.clock.pass(59 * second);
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(second);
      assert.equal(await state(), 'disconnected since 10:00:01');
    });

    it('disconnects a station at once after its last heartbeat', async () => {
      await beat();
      own.clock.pass(20 * second);
      assert.equal(await beat({ isLast: true }), 'disconnected');
      own.clock.pass(hour);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('ignores the last heartbeat of a station that never connected', async () => {
      assert.equal(await beat({ isLast: true }), 'never');
      assert.deepEqual(await told(), []);
    });

    it('distinguishes the script runs of a station', async () => {
      await beat({ scriptRun: 'one', isRunning: true, intervalMs: 10 * second });
      await beat({ scriptRun: 'two', isRunning: true, intervalMs: 10 * second });
      own.clock.pass(10 * second);
      assert.equal(await beat({ scriptRun: 'one', isLast: true }), 'running');
      assert.equal(await beat({ scriptRun: 'two', isLast: true }), 'disconnected');
      assert.deepEqual(await told(), ['10:00:00 up run', '10:00:10 down run']);
    });

    it('remembers up to 20 script runs of a station', async () => {
      for (let n = 0; n < 30; n++) await beat({ scriptRun: `run ${n}` });
      for (let n = 10; n < 29; n++) assert.equal(await beat({ scriptRun: `run ${n}`, isLast: true }), 'connected');
      assert.equal(await beat({ scriptRun: 'run 29', isLast: true }), 'disconnected');
    });

    it('counts the time of another source that ended before the heartbeat was missed', async () => {
      await beat();
      own.recorder.opened(stream());
      own.clock.pass(50 * second);
      own.recorder.closed(stream(), 'clean');
      own.clock.pass(minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:50 down stream']);
    });

    it('repairs the past with late heartbeats', async () => {
      await beat();
      own.clock.pass(10 * minute);
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

    it('treats a slightly late heartbeat as current', async () => {
      own.clock.pass(minute);
      await beat({ clockTime: '10:00:40' });
      assert.equal(await state(), 'connected since 10:00:40');
      own.clock.pass(55 * second);
      assert.equal(await state(), 'disconnected since 10:01:10');
    });

    it('disconnects a station at the time of its late last heartbeat', async () => {
      await beat();
      own.clock.pass(10 * minute);
      await beat({ clockTime: '10:00:20', isLast: true });
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('raises the history version of the station of a late heartbeat, and of no other station', async () => {
      const other = await own.store.transaction().execute((change) => insertStation(change, 'Other', '{}'));
      await beat();
      await own.recorder.heartbeat(other, {
        intervalMs: second,
        isRunning: false,
        isLast: false,
        at: null,
        scriptRun: null,
      });
      own.clock.pass(2 * minute);
      await own.recorder.stop();
      own.clock.sleep(72 * hour, true);
      await own.store
        .insertInto('observers')
        .values({ started_at: Date.parse('2026-03-04T00:00:00Z'), alive_at: Date.parse('2026-03-05T00:00:00Z') })
        .execute();
      await begin();
      const versions = async () =>
        (await own.store.selectFrom('presence').select('history_version').orderBy('key').execute()).map(
          ({ history_version }) => history_version,
        );
      const before = await versions();
      await beat({ at: Date.parse('2026-03-04T12:00:00Z') });
      const after = await versions();
      assert.ok(Number(after[0]) > Number(before[0]));
      assert.equal(after[1], before[1]);
    });

    it('does not repair time in which no server watched', async () => {
      await beat({ isLast: true });
      await own.recorder.stop();
      own.clock.pass(10 * minute);
      await begin();
      own.clock.pass(10 * minute);
      await beat({ clockTime: '10:05:00' });
      assert.deepEqual(await told(), []);
      await beat({ clockTime: '10:09:50' });
      assert.deepEqual(await told(), ['10:10:00 up heartbeat', '10:10:20 down heartbeat-missed']);
    });
  });
});
