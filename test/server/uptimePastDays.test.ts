import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { ago, date, useUptime } from './uptimeAtWork.ts';

describe('uptime of past days', function () {
  this.timeout(60_000);
  const { bench, write, presence, transition, pause, fleet, one, daysOf } = useUptime();
  let id: string;
  let own: number;
  const read = async (time_zone = 'UTC') => {
    const answer = await one(id, { days: '8', time_zone });
    return daysOf(answer, answer.days);
  };

  before(async () => {
    ({ id } = await bench.station('Past'));
    own = presence(id);
    transition(own, ago(6), true);
    assert.deepEqual((await read()).get(date(4)), { up: 24 });
  });

  it('changes with a transition that is added to a past day, in each time zone and after a restart', async () => {
    assert.deepEqual((await read('Asia/Tokyo')).get(date(4)), { up: 24 });
    transition(own, ago(4, 10), false);
    transition(own, ago(4, 12), true);
    assert.deepEqual((await read()).get(date(4)), { up: 22, down: 2, incidents: 1 });
    assert.deepEqual((await read('Asia/Tokyo')).get(date(4)), { up: 22, down: 2, incidents: 1 });
    await bench.restart((server) => server.stop());
    assert.deepEqual((await read()).get(date(4)), { up: 22, down: 2, incidents: 1 });
  });

  it('changes with a transition that is changed or deleted', async () => {
    write('update transitions set at = ? where presence_key = ? and at = ?', ago(4, 13), own, ago(4, 12));
    assert.deepEqual((await read()).get(date(4)), { up: 21, down: 3, incidents: 1 });
    write('delete from transitions where presence_key = ? and at > ?', own, ago(6));
    assert.deepEqual((await read()).get(date(4)), { up: 24 });
    transition(own, ago(4, 10), false);
    transition(own, ago(4, 12), true);
  });

  it('changes with a pause that is created, changed or deleted', async () => {
    const pauseId = pause(id, 'maintenance', ago(4, 9), ago(4, 11));
    assert.deepEqual((await read()).get(date(4)), { up: 21, down: 1, maintenance: 2, incidents: 1 });
    write('update pauses set ends_at = ? where id = ?', ago(4, 13), pauseId);
    assert.deepEqual((await read()).get(date(4)), { up: 20, maintenance: 4 });
    write('delete from pauses where id = ?', pauseId);
    assert.deepEqual((await read()).get(date(4)), { up: 22, down: 2, incidents: 1 });
  });

  it('counts an incident on another day when the pause that hid its beginning is deleted', async () => {
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

  it('is the same for requests at the same time, for other days and time zones', async () => {
    const windows = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin'].flatMap((time_zone) =>
      ['3', '30', '90'].map((days) => ({ time_zone, days })),
    );
    const completed = async (query: (typeof windows)[number]) => {
      const { stations: rows, days } = await fleet(query);
      return rows.map((row) => [row.name, [...daysOf(row, days)].slice(0, -1)]);
    };
    const alone = [];
    for (const query of windows) alone.push(await completed(query));
    await bench.restart((server) => server.stop());
    assert.deepEqual(await Promise.all(windows.map(completed)), alone);
  });

  it('is the same in a short window and in the longest one', async () => {
    const long = await one(id, { days: '400' });
    assert.equal(long.days.dates.length, 400);
    const short = await one(id, { days: '3' });
    assert.deepEqual(short.columns.up.slice(0, 2), long.columns.up.slice(-3, -1));
  });
});
