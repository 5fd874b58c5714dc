import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { adminKey, type TestStation } from './bench.ts';
import { send } from './requests.ts';
import { ago, date, day, hour, inHours, minute, useUptime } from './uptimeAtWork.ts';

describe('uptime', function () {
  this.timeout(60_000);
  const past = useUptime();
  const { bench, write, presence, transition, pause, fleet, one, detail, daysOf } = past;

  it('of a station lists its days, oldest first', async () => {
    const answer = await one(past.busy.id);
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

  it('of the last 24 hours is exact to the second', async () => {
    const { last_24_hours: last, days } = await one(past.busy.id);
    const pausedSince = Math.min(day, Math.max(0, ago(1, 18) - (days.now - day)));
    const paused = Math.min(pausedSince, 12 * hour);
    assert.deepEqual([last.paused, last.up, last.down], [paused, day - paused, 0]);
  });

  it('of the fleet lists the uptime of its stations by name', async () => {
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
    const whole = await one(past.busy.id);
    assert.deepEqual([...daysOf(again, days)].slice(0, 6), [...daysOf(whole, whole.days)].slice(-7, -1));
    await never.client.call(runs.list);
    const seen = (await fleet()).stations.find(({ id }) => id === never.id);
    assert.equal(seen?.state, 'unknown', 'it was seen, but nobody watches it');
  });

  it('is computed by the days of the requested time zone', async () => {
    const answer = await one(past.busy.id, { time_zone: 'Asia/Kolkata', days: '10' });
    assert.equal(answer.days.time_zone, 'Asia/Kolkata');
    assert.equal(new Date(answer.days.starts[0] ?? 0).toISOString().slice(11), '18:30:00.000Z');
    const days = daysOf(answer, answer.days);
    // It begins at 18:30 the day before: down from 23:00 to 01:00 is wholly on the next day.
    assert.deepEqual(days.get(date(4)), { up: 24 });
    assert.deepEqual(days.get(date(3)), { up: 22, down: 2, incidents: 1 });
    const clocks = await one(past.busy.id, { time_zone: 'America/New_York', days: '400' });
    const lengths = clocks.days.starts.slice(1).map((start, n) => (start - (clocks.days.starts[n] ?? 0)) / hour);
    assert.deepEqual([...new Set(lengths)].sort(), [23, 24, 25]);
    assert.deepEqual([...clocks.columns.unknown].length, 400);
  });

  it('is refused for an invalid time zone, window or date', async () => {
    const get = async (path: string) => {
      const { status, text } = await send(bench.server.url, 'GET', path, { key: adminKey });
      const { issues } = JSON.parse(text) as { issues?: { path: string[]; message: string }[] };
      return [status, issues?.[0]?.path[0]];
    };
    const station = `/api/local/stations/${past.busy.id}/uptime`;
    for (const path of ['/api/local/uptime', station, `${station}/${date(1)}`]) {
      assert.deepEqual(await get(`${path}?time_zone=Mars/Olympus`), [400, 'time_zone'], path);
      assert.deepEqual(await get(`${path}?time_zone=`), [400, 'time_zone'], path);
    }
    for (const days of ['0', '401', 'x']) assert.deepEqual(await get(`${station}?days=${days}`), [400, 'days']);
    for (const text of ['2026-02-30', 'today', '0001-01-01', '9999-12-31'])
      assert.deepEqual(await get(`${station}/${text}`), [400, 'date']);
  });

  it('is refused for a removed station', async () => {
    const { id } = await bench.station('Gone');
    await bench.user.call(stations.remove, { params: { id } });
    for (const gone of [id, randomUUID()]) {
      const path = `/api/local/stations/${gone}/uptime`;
      for (const each of [path, `${path}/${date(1)}`]) {
        const { status } = await send(bench.server.url, 'GET', each, { key: adminKey });
        assert.equal(status, 404);
      }
    }
  });

  it('of today is updated when a station connects or disconnects', async () => {
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

  describe('of one day', () => {
    it('has segments and complete incidents with their causes', async () => {
      const found = await detail(past.busy.id, date(4));
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
      const next = await detail(past.busy.id, date(3));
      assert.deepEqual(next.incidents, [incident]);
      assert.equal(next.durations.incidents, 0, 'it counts on the day on which it began');
    });

    it('has no time in the future, and the real length of the day', async () => {
      const later = await detail(past.busy.id, '9999-12-30');
      assert.deepEqual(inHours(later.durations), { none: 24 });
      const long = await detail(past.busy.id, '2026-10-25', { time_zone: 'Europe/Berlin' });
      assert.equal(Date.parse(long.ends_at) - Date.parse(long.starts_at), 25 * hour);
      assert.equal(long.starts_at, '2026-10-24T22:00:00.000Z');
    });

    it('includes an incident that has not ended', async () => {
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

    it('has the runs of the station, the time in runs, and the first-pass yield', async () => {
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
      await run(tester, 'T-1', 'PASS', ago(2, 1), ago(2, 2)); // the day before it failed elsewhere
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
      // T-1, T-2, T-3 in two procedures, T-4: a new day is a new first attempt, and T-1 failed on another one.
      assert.deepEqual(found.yield, { units: 5, passed_first: 4, passed_second: 5, passed_third: 5, passed_last: 5 });
      assert.equal(found.yield_time_zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
      assert.equal(found.in_runs, 6 * hour);
      const whole = await one(tester.id, { days: '3' });
      assert.deepEqual(whole.in_runs, [6 * hour, 2 * hour, 0]);
      assert.equal(whole.is_watched, false);
      assert.equal((await detail(tester.id, date(1))).in_runs, 2 * hour);
      assert.deepEqual((await detail(tester.id, date(1))).runs, []);
    });
  });
});
