import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { ago, date, useUptime } from './uptimeAtWork.ts';

describe('uptime', function () {
  this.timeout(60_000);
  const { bench, write, presence, transition, pause, kept, fleet, one, daysOf } = useUptime();

  describe('of past days is kept', () => {
    let id: string;
    let own: number;
    const read = async (time_zone = 'UTC') => {
      const answer = await one(id, { days: '8', time_zone });
      return daysOf(answer, answer.days);
    };
    /** So that it can be told whether a day was kept or made anew. */
    const mark = (...dates: string[]): void => {
      for (const date of dates)
        write('update uptime_days set up = up - 1 where presence_key = ? and date = ?', own, date);
    };
    const isMarked = (days: Awaited<ReturnType<typeof read>>, date: string): boolean =>
      !Number.isInteger(Number(Object.values(days.get(date) ?? {})[0]));

    before(async () => {
      ({ id } = await bench.station('Kept'));
      own = presence(id);
      transition(own, ago(6), true);
      await read();
    });

    it('and read again after a start, but not today', async () => {
      assert.deepEqual(kept(own), [7, 6, 5, 4, 3, 2, 1].map(date));
      mark(date(5));
      await bench.restart((server) => server.stop());
      const days = await read();
      assert.ok(isMarked(days, date(5)) && !isMarked(days, date(4)));
      assert.deepEqual(days.get(date(4)), { up: 24 });
    });

    it('in each time zone', async () => {
      await read('Asia/Tokyo');
      assert.equal(kept(own, 'Asia/Tokyo').length, 7);
      assert.equal(kept(own).length, 7);
    });

    it('until a transition of that day is repaired', async () => {
      await read();
      mark(...[6, 5, 4, 3, 2, 1].map(date));
      // The later one first: with the earlier one alone, the station would have been down ever since.
      transition(own, ago(4, 12), true);
      transition(own, ago(4, 10), false);
      const days = await read();
      assert.deepEqual(days.get(date(4)), { up: 22, down: 2, incidents: 1 });
      assert.equal((await read('Asia/Tokyo')).get(date(4))?.incidents, 1);
      await bench.restart((server) => server.stop());
      const again = await read();
      assert.deepEqual(again.get(date(4)), { up: 22, down: 2, incidents: 1 });
      // The neighbours may be touched in another time zone; what is further away is not made again.
      assert.deepEqual(
        [6, 2, 1].map((n) => isMarked(again, date(n))),
        [true, true, true],
      );
    });

    it('until a pause of that day is set, changed, or deleted', async () => {
      const pauseId = pause(id, 'maintenance', ago(4, 9), ago(4, 11));
      assert.deepEqual((await read()).get(date(4)), { up: 21, down: 1, maintenance: 2, incidents: 1 });
      write('update pauses set ends_at = ? where id = ?', ago(4, 13), pauseId);
      assert.deepEqual((await read()).get(date(4)), { up: 20, maintenance: 4 });
      write('delete from pauses where id = ?', pauseId);
      const days = await read();
      assert.deepEqual(days.get(date(4)), { up: 22, down: 2, incidents: 1 });
      await bench.restart((server) => server.stop());
      const again = await read();
      assert.ok(isMarked(again, date(6)) && isMarked(again, date(1)));
    });

    it('until an incident begins on another day', async () => {
      transition(own, ago(4, 12), false);
      transition(own, ago(2, 1), true);
      const pauseId = pause(id, 'paused', ago(4, 9), ago(3));
      const other = pause(id, 'paused', ago(3), ago(2, 0.5));
      const incidents = async () => {
        const days = await read();
        return [4, 3, 2].map((n) => days.get(date(n))?.incidents ?? 0);
      };
      assert.deepEqual(await incidents(), [0, 0, 1]);
      write('delete from pauses where id = ?', pauseId);
      assert.deepEqual(await incidents(), [1, 0, 0]);
      write('delete from pauses where id = ?', other);
    });

    it('until the clock is put back to before them', async () => {
      const late = `insert into uptime_days (zone, presence_key, date, up, down, maintenance, paused, unknown, incidents)
        values ('UTC', ?, ?, 0, 0, 0, 0, 0, 99)`;
      for (const n of [0, -1, -2]) write(late, own, date(n));
      await bench.restart((server) => server.stop());
      await read();
      assert.deepEqual(kept(own), [7, 6, 5, 4, 3, 2, 1].map(date));
    });

    it('whoever else asks at the same time, for other days and time zones', async () => {
      const windows = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin'].flatMap((time_zone) =>
        ['3', '30', '90'].map((days) => ({ time_zone, days })),
      );
      const over = async (query: (typeof windows)[number]) => {
        const { stations: rows, days } = await fleet(query);
        return rows.map((row) => [row.name, [...daysOf(row, days)].slice(0, -1)]);
      };
      write('delete from uptime_days'); // and what was marked in them
      const alone = [];
      for (const query of windows) alone.push(await over(query));
      write('delete from uptime_days');
      await bench.restart((server) => server.stop());
      assert.deepEqual(await Promise.all(windows.map(over)), alone);
    });

    it('in longer windows too', async () => {
      const long = await one(id, { days: '400' });
      assert.equal(long.days.dates.length, 400);
      const short = await one(id, { days: '3' });
      assert.deepEqual(short.columns.up.slice(0, 2), long.columns.up.slice(-3, -1));
    });
  });
});
