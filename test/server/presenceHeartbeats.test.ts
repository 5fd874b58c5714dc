import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { insertStation } from '../../src/server/store/stations.ts';
import { hour, minute, second, useRecorder } from './recorderAtWork.ts';

describe('the recorder of presence', () => {
  const own = useRecorder();
  const { begin, stream, beat, told, state } = own;

  describe('of heartbeats', () => {
    it('is up while they come; one that comes late misses nothing', async () => {
      assert.equal(await beat(), 'connected');
      for (const pause of [30, 74, 1, 30]) {
        own.clock.pass(pause * second);
        assert.equal(await beat({ running: pause === 1 }), pause === 1 ? 'running' : 'connected');
      }
      assert.deepEqual(await told(), ['10:00:00 up heartbeat']);
    });

    it('is down one interval after the last, when none came for 2.5 intervals', async () => {
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

    it('waits a minute at least, however often they should come', async () => {
      await beat({ intervalMillis: second });
      own.clock.pass(59 * second);
      assert.equal(await state(), 'connected since 10:00:00');
      own.clock.pass(second);
      assert.equal(await state(), 'disconnected since 10:00:01');
    });

    it('ends with a farewell at once', async () => {
      await beat();
      own.clock.pass(20 * second);
      assert.equal(await beat({ farewell: true }), 'disconnected');
      own.clock.pass(hour);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('says nothing by a farewell of a station that was never there', async () => {
      assert.equal(await beat({ farewell: true }), 'never');
      assert.deepEqual(await told(), []);
    });

    it('tells runs of scripts apart', async () => {
      await beat({ scriptRun: 'one', running: true, intervalMillis: 10 * second });
      await beat({ scriptRun: 'two', running: true, intervalMillis: 10 * second });
      own.clock.pass(10 * second);
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
      own.recorder.opened(stream());
      own.clock.pass(50 * second);
      own.recorder.closed(stream(), 'farewell');
      own.clock.pass(minute);
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:50 down stream']);
    });

    it('repairs by late ones the time that they speak for', async () => {
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

    it('takes what comes a little late for the present', async () => {
      own.clock.pass(minute);
      await beat({ clockTime: '10:00:40' });
      assert.equal(await state(), 'connected since 10:00:40');
      own.clock.pass(55 * second);
      assert.equal(await state(), 'disconnected since 10:01:10');
    });

    it('takes a late farewell for the end', async () => {
      await beat();
      own.clock.pass(10 * minute);
      await beat({ clockTime: '10:00:20', farewell: true });
      assert.deepEqual(await told(), ['10:00:00 up heartbeat', '10:00:20 down heartbeat']);
    });

    it('raises the history version of the station of a late heartbeat, and of no other station', async () => {
      const other = await own.store.transaction().execute((change) => insertStation(change, 'Other', '{}'));
      await beat();
      await own.recorder.heartbeat(other, {
        intervalMillis: second,
        running: false,
        farewell: false,
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

    it('repairs no time in which nobody watched', async () => {
      await beat({ farewell: true });
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
