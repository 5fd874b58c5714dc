import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { before, beforeEach, describe, it } from 'mocha';
import type { Outcome } from '../../src/contract/common.ts';
import type { PresenceCause } from '../../src/contract/presence.ts';
import { runs } from '../../src/contract/runs.ts';
import { stations } from '../../src/contract/stations.ts';
import { type Durations, uptime, type UptimeRow } from '../../src/contract/uptime.ts';
import { dayOf } from '../../src/domain/uptime.ts';
import { type TestStation, useServer } from './bench.ts';
import { send } from './requests.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const midnight = Math.floor(Date.now() / day) * day;
/** So many days ago in UTC, at this hour. */
const ago = (days: number, hours = 0): number => midnight - days * day + hours * hour;
const date = (days: number): string => new Date(ago(days)).toISOString().slice(0, 10);
/** Only what is not 0, in hours. */
const inHours = ({ incidents, ...states }: Durations) => ({
  ...Object.fromEntries(Object.entries(states).flatMap(([name, n]) => (n === 0 ? [] : [[name, n / hour]]))),
  ...(incidents > 0 ? { incidents } : {}),
});

describe('uptime', function () {
  this.timeout(60_000);
  const bench = useServer();

  /** What the server's recorder would write. */
  const write = (query: string, ...parameters: SQLInputValue[]): unknown[] => {
    const database = new DatabaseSync(join(bench.folder, 'stations.db'), { timeout: 10_000 });
    try {
      return database.prepare(query).all(...parameters);
    } finally {
      database.close();
    }
  };
  const presence = (station: string, state = 'connected'): number => {
    write(`insert into presence (station_id, state, since, last_seen_at) values (?, ?, ?, ?)`, station, state, 0, 5);
    return keyOf(station);
  };
  const keyOf = (station: string): number =>
    Number(Object.values(write('select key from presence where station_id = ?', station)[0] ?? {})[0]);
  const transition = (key: number, at: number, isUp: boolean, cause: PresenceCause = 'heartbeat') =>
    write('insert or replace into transitions values (?, ?, ?, ?)', key, at, isUp ? 1 : 0, cause);
  const pause = (station: string, kind: string, from: number, to: number | null): string => {
    const id = randomUUID();
    write('insert into pauses values (?, ?, ?, ?, ?, ?)', id, station, kind, from, to, 'Calibration');
    return id;
  };
  const kept = (key: number, zone = 'UTC'): string[] =>
    write('select date from uptime_days where presence_key = ? and zone = ? order by date', key, zone).map((row) =>
      String(Object.values(row ?? {})[0]),
    );

  const fleet = (query: Record<string, string> = {}) => bench.user.call(uptime.fleet, { query });
  const one = (id: string, query: Record<string, string> = {}) =>
    bench.user.call(uptime.station, { params: { id }, query });
  const detail = (id: string, date: string, query: Record<string, string> = {}) =>
    bench.user.call(uptime.day, { params: { id, date }, query });
  type Answer = Awaited<ReturnType<typeof one>>;
  const daysOf = (row: UptimeRow, days: Answer['days']): Map<string, ReturnType<typeof inHours>> =>
    new Map(days.dates.map((date, n) => [date, inHours(dayOf(row.columns, days, n))]));

  let busy: TestStation;
  let key: number;
  before(async () => {
    write(
      'insert into observers (started_at, alive_at) values (?, ?), (?, ?)',
      ago(6),
      ago(2, 6),
      ago(2, 8),
      Date.now(),
    );
    busy = await bench.station('Busy');
    key = presence(busy.id);
    // Up from 10:00; down an hour; down over midnight; unobserved two hours; maintenance; paused since.
    transition(key, ago(5, 10), true, 'stream');
    transition(key, ago(5, 12), false, 'stream-lost');
    transition(key, ago(5, 13), true, 'stream');
    transition(key, ago(4, 23), false, 'heartbeat-missed');
    transition(key, ago(3, 1), true);
    pause(busy.id, 'maintenance', ago(2, 12), ago(2, 15));
    pause(busy.id, 'paused', ago(1, 6), ago(1, 18));
  });

  beforeEach(() => {
    write('update observers set alive_at = ? where started_at = ?', Date.now(), ago(2, 8));
  });

  it('of a station has its days, oldest first', async () => {
    const answer = await one(busy.id);
    assert.deepEqual([answer.days.dates.length, answer.days.time_zone], [90, 'UTC']);
    const days = daysOf(answer, answer.days);
    assert.deepEqual(days.get(date(6)), { none: 24 });
    assert.deepEqual(days.get(date(5)), { none: 10, up: 13, down: 1, incidents: 1 });
    assert.deepEqual(days.get(date(4)), { up: 23, down: 1, incidents: 1 });
    assert.deepEqual(days.get(date(3)), { up: 23, down: 1 });
    assert.deepEqual(days.get(date(2)), { up: 19, unknown: 2, maintenance: 3 });
    assert.deepEqual(days.get(date(1)), { up: 12, paused: 12 });
    assert.equal(answer.columns.up.at(-1), answer.days.now - (answer.days.starts.at(-1) ?? NaN), 'today until now');
    assert.equal(answer.state, 'connected');
    assert.equal(answer.is_watched, true);
    assert.equal(answer.observed_since, new Date(ago(2, 8)).toISOString());
    assert.deepEqual(
      answer.pauses.map(({ kind, note }) => [kind, note]),
      [
        ['maintenance', 'Calibration'],
        ['paused', 'Calibration'],
      ],
    );
  });

  it('of the last 24 hours is to the second', async () => {
    const { last_24_hours: last, days } = await one(busy.id);
    const pausedSince = Math.min(day, Math.max(0, ago(1, 18) - (days.now - day)));
    const paused = Math.min(pausedSince, 12 * hour);
    assert.deepEqual([last.paused, last.up, last.down], [paused, day - paused, 0]);
  });

  it('of the fleet is that of its stations, by name', async () => {
    const never = await bench.station('Anew');
    const { days, stations: rows } = await fleet({ days: '7' });
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['Anew', 'Busy'],
    );
    const [anew, again] = rows;
    assert.ok(anew && again);
    assert.deepEqual([anew.state, anew.since, anew.is_watched], ['never', null, false]);
    assert.deepEqual(inHours(anew.last_24_hours), { none: 24 });
    assert.deepEqual(daysOf(anew, days).get(date(3)), { none: 24 });
    const whole = await one(busy.id);
    assert.deepEqual([...daysOf(again, days)].slice(0, 6), [...daysOf(whole, whole.days)].slice(-7, -1));
    await never.client.call(runs.list);
    const seen = (await fleet()).stations.find(({ id }) => id === never.id);
    assert.equal(seen?.state, 'unknown', 'it was seen, but nobody watches it');
  });

  it('goes by the days of a time zone', async () => {
    const answer = await one(busy.id, { time_zone: 'Asia/Kolkata', days: '10' });
    assert.equal(answer.days.time_zone, 'Asia/Kolkata');
    assert.equal(new Date(answer.days.starts[0] ?? 0).toISOString().slice(11), '18:30:00.000Z');
    const days = daysOf(answer, answer.days);
    // It begins at 18:30 the day before: down from 23:00 to 01:00 is wholly on the next day.
    assert.deepEqual(days.get(date(4)), { up: 24 });
    assert.deepEqual(days.get(date(3)), { up: 22, down: 2, incidents: 1 });
    const clocks = await one(busy.id, { time_zone: 'America/New_York', days: '400' });
    const lengths = clocks.days.starts.slice(1).map((start, n) => (start - (clocks.days.starts[n] ?? 0)) / hour);
    assert.deepEqual([...new Set(lengths)].sort(), [23, 24, 25]);
    assert.deepEqual([...clocks.columns.unknown].length, 400);
  });

  it('refuses what is no time zone, no window, no date', async () => {
    const get = async (path: string) => {
      const { status, text } = await send(bench.server.url, 'GET', path, { key: 'admin-key-of-the-tests' });
      const { issues } = JSON.parse(text) as { issues?: { path: string[]; message: string }[] };
      return [status, issues?.[0]?.path[0]];
    };
    const station = `/api/local/stations/${busy.id}/uptime`;
    for (const path of ['/api/local/uptime', station, `${station}/${date(1)}`]) {
      assert.deepEqual(await get(`${path}?time_zone=Mars/Olympus`), [400, 'time_zone'], path);
      assert.deepEqual(await get(`${path}?time_zone=`), [400, 'time_zone'], path);
    }
    for (const days of ['0', '401', 'x']) assert.deepEqual(await get(`${station}?days=${days}`), [400, 'days']);
    for (const text of ['2026-02-30', 'today', '0001-01-01', '9999-12-31'])
      assert.deepEqual(await get(`${station}/${text}`), [400, 'date']);
  });

  it('knows no station that is gone', async () => {
    const { id } = await bench.station('Gone');
    await bench.user.call(stations.remove, { params: { id } });
    for (const gone of [id, randomUUID()]) {
      const path = `/api/local/stations/${gone}/uptime`;
      for (const each of [path, `${path}/${date(1)}`]) {
        const { status } = await send(bench.server.url, 'GET', each, { key: 'admin-key-of-the-tests' });
        assert.equal(status, 404);
      }
    }
  });

  it('of today follows what happens', async () => {
    const { id } = await bench.station('Live');
    const own = presence(id, 'disconnected');
    const start = Date.now() - minute;
    transition(own, start, true);
    const before = await one(id);
    assert.deepEqual([before.last_24_hours.down, before.last_24_hours.incidents], [0, 0]);
    assert.equal(before.last_24_hours.up, before.days.now - start);
    transition(own, start + 10_000, false);
    const after = await one(id);
    assert.equal(after.last_24_hours.up, 10_000);
    assert.equal(after.last_24_hours.incidents, 1);
    transition(own, start + 40_000, true);
    assert.equal((await one(id)).last_24_hours.down, 30_000, 'a transition that is told late');
    write('delete from transitions where presence_key = ? and at > ?', own, start);
    assert.equal((await one(id)).last_24_hours.down, 0, 'one that is taken back');
    pause(id, 'paused', start + 20_000, null);
    assert.equal((await one(id)).last_24_hours.up, 20_000);
    assert.equal((await fleet()).stations.find((row) => row.id === id)?.last_24_hours.up, 20_000);
  });

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

  describe('of one day', () => {
    it('has the segments and the incidents, whole, with their cause', async () => {
      const found = await detail(busy.id, date(4));
      assert.deepEqual(inHours(found.durations), { up: 23, down: 1, incidents: 1 });
      assert.deepEqual(
        found.segments.map(({ state, from, to }) => [state, from, to]),
        [
          ['up', new Date(ago(4)).toISOString(), new Date(ago(4, 23)).toISOString()],
          ['down', new Date(ago(4, 23)).toISOString(), new Date(ago(3)).toISOString()],
        ],
      );
      const incident = {
        from: new Date(ago(4, 23)).toISOString(),
        to: new Date(ago(3, 1)).toISOString(),
        down: 2 * hour,
        cause: 'heartbeat-missed' as const,
      };
      assert.deepEqual(found.incidents, [incident]);
      const next = await detail(busy.id, date(3));
      assert.deepEqual(next.incidents, [incident]);
      assert.equal(next.durations.incidents, 0, 'it counts on the day on which it began');
    });

    it('is none in the future, and has the length that it has', async () => {
      const later = await detail(busy.id, '9999-12-30');
      assert.deepEqual(inHours(later.durations), { none: 24 });
      const long = await detail(busy.id, '2026-10-25', { time_zone: 'Europe/Berlin' });
      assert.equal(Date.parse(long.ends_at) - Date.parse(long.starts_at), 25 * hour);
      assert.equal(long.starts_at, '2026-10-24T22:00:00.000Z');
    });

    it('goes on while the station is down', async () => {
      const { id } = await bench.station('Still down');
      const own = presence(id, 'disconnected');
      transition(own, Date.now() - 2 * minute, true);
      transition(own, Date.now() - minute, false, 'stream-lost');
      const { incidents } = await detail(id, new Date().toISOString().slice(0, 10));
      assert.deepEqual(
        incidents.map(({ to, cause }) => [to, cause]),
        [[null, 'stream-lost']],
      );
    });

    it('has the runs of the station, the time in them, and the units that passed the first time', async () => {
      const [fvt, eol] = [
        await bench.procedure('Functional test', 'FVT9'),
        await bench.procedure('End of line', 'EOL9'),
      ];
      const tester = await bench.station('Tester', fvt, eol);
      const other = await bench.station('Elsewhere', fvt);
      const run = (station: TestStation, serial: string, outcome: Outcome, from: number, to: number, procedure = fvt) =>
        station.client.call(runs.create, {
          body: {
            procedure_id: procedure,
            serial_number: serial,
            part_number: 'PCBA09',
            outcome,
            started_at: new Date(from).toISOString(),
            ended_at: new Date(to).toISOString(),
          },
        });
      await run(other, 'T-1', 'FAIL', ago(3), ago(3, 1));
      await run(tester, 'T-1', 'PASS', ago(2, 1), ago(2, 2)); // it was tested first elsewhere
      await run(tester, 'T-2', 'PASS', ago(2, 1.5), ago(2, 3)); // half an hour at the same time
      await run(tester, 'T-3', 'FAIL', ago(2, 5), ago(2, 6));
      await run(tester, 'T-3', 'PASS', ago(2, 6), ago(2, 7));
      await run(tester, 'T-3', 'PASS', ago(2, 8), ago(2, 9), eol);
      await run(tester, 'T-4', 'PASS', ago(2, 23), ago(1, 2)); // over midnight
      await run(other, 'T-5', 'PASS', ago(2, 10), ago(2, 11));
      const found = await detail(tester.id, date(2));
      assert.deepEqual([found.runs_count, found.runs.length], [6, 6]);
      assert.deepEqual(
        found.runs.map(({ serial_number, outcome, procedure }) => [serial_number, outcome, procedure]).slice(0, 3),
        [
          ['T-4', 'PASS', 'Functional test'],
          ['T-3', 'PASS', 'End of line'],
          ['T-3', 'PASS', 'Functional test'],
        ],
      );
      assert.deepEqual([found.first_runs, found.first_passes], [4, 3]); // T-2, T-3 twice, T-4
      assert.equal(found.in_runs, 6 * hour);
      const whole = await one(tester.id, { days: '3' });
      assert.deepEqual(whole.in_runs, [6 * hour, 2 * hour, 0]);
      assert.equal(whole.is_watched, false);
      assert.equal((await detail(tester.id, date(1))).in_runs, 2 * hour);
      assert.deepEqual((await detail(tester.id, date(1))).runs, []);
    });
  });
});
