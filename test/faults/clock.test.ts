import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before, beforeEach, describe, it } from 'mocha';
import { PresenceRecorder } from '../../src/server/live/presence/recorder.ts';
import type { LiveStream } from '../../src/server/live/streaming/streams.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { insertStation } from '../../src/server/store/stations.ts';
import { listPresences } from '../../src/server/store/uptime.ts';
import { UptimeService } from '../../src/server/uptime/uptimeService.ts';
import { events, streamEvent } from '../../src/shared/contract/events.ts';
import { local } from '../../src/shared/contract/local.ts';
import { operator, windowRequest } from '../../src/shared/contract/operator.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { type DayColumns, type Days, type Durations, uptime } from '../../src/shared/contract/uptime.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { dayOf, sumOf } from '../../src/shared/uptime/uptime.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { figuresOf } from '../../src/shared/uptime/uptimeFigures.ts';
import { eventually } from '../e2e/support/until.ts';
import { adminKey, type TestStation, useServerProcess } from '../server/bench.ts';
import { asked, EditorAtWork, event } from '../server/editorAtWork.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { MqttClient } from '../server/mqttClient.ts';
import { randomNumbers } from '../server/random.ts';
import { passedRun } from '../server/runs.ts';
import { SetServerClock } from '../server/setServerClock.ts';
import { openSse } from '../server/sse.ts';
import { temporaryFolder } from '../server/support.ts';
import { pathOf, watch } from '../server/watcher.ts';

/** `CLOCK_ROUNDS=200` for more than the usual, `CLOCK_SEED` for the times of an earlier time. */
const rounds = Number(process.env['CLOCK_ROUNDS'] ?? 10);
const seed = Number(process.env['CLOCK_SEED'] ?? Date.now() % 1_000_000);
const hour = 3_600_000;
const day = 24 * hour;
const zones = ['UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'America/St_Johns'];

describe(`a server whose clock is set while stations are at work (CLOCK_SEED=${seed} CLOCK_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 5_000);
  const shift = join(temporaryFolder(), 'shift');
  const setClock = (millis: number): void => writeFileSync(shift, String(Math.round(millis)));
  setClock(0);
  const preload = pathToFileURL(join(import.meta.dirname, 'shiftedDate.ts')).href;
  const bench = useServerProcess({
    SHIFT_FILE: shift,
    NODE_OPTIONS: `--import=${preload} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON`,
  });
  const random = randomNumbers(seed);

  let procedure: string;
  let count = 0;
  let station: TestStation;
  before(async () => void (procedure = await bench.procedure('Functional test', 'FVT1')));
  beforeEach(async () => {
    setClock(0);
    station = await bench.station(`Bench ${(count += 1)}`, procedure);
  });

  const ask = async () => station.client.call(v1.streaming);
  /** A live stream, as the official client opens it. */
  const stream = async (given: Awaited<ReturnType<typeof ask>>) => {
    const client = await MqttClient.open(given, readFileSync(String(bench.server.address.ca), 'utf8'));
    client.connect(given);
    assert.equal((await client.packet('connack')).returnCode, 0);
    const tell = (status: string) =>
      client.publish(given.publishOptions.topic, JSON.stringify({ source: 'python', message: { status } }));
    return { client, tell };
  };
  const stateOf = async (id: string) => (await bench.user.call(overview.get, { params: { id } })).state;

  async function look(): Promise<void> {
    const query = { days: '5', time_zone: zones[Math.floor(random() * zones.length)] ?? 'UTC' };
    const { days, stations } = await bench.user.call(uptime.fleet, { query });
    for (const { columns, last_24_hours } of stations) assertFits({ days, columns, last24Hours: last_24_hours });
    const { id } = station;
    const one = await bench.user.call(uptime.station, { params: { id }, query });
    assert.ok(Date.parse(one.observed_since) <= one.days.now);
    for (const date of days.dates) {
      const told = await bench.user.call(uptime.day, { params: { id, date }, query: { time_zone: query.time_zone } });
      const [begin, end] = [told.starts_at, told.ends_at].map((each) => Date.parse(each));
      const edges = told.segments.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]);
      assert.deepEqual(edges, edges.toSorted((a, b) => a - b), JSON.stringify(told)); // prettier-ignore
      assert.ok(edges.every((edge) => edge >= Number(begin) && edge <= Number(end)), JSON.stringify(told)); // prettier-ignore
      for (const { from, to, down } of told.incidents)
        assert.ok(down >= 0 && (to === null || from <= to), JSON.stringify(told));
    }
  }

  it('tells no time that was not, and loses nothing', async () => {
    let live = await stream(await ask());
    let changes = await openSse(bench.server.url, events.stream.path, adminKey, streamEvent);
    const pushed: string[] = [];
    const told: (string | null)[] = [];
    const furthest = { back: 0, ahead: 0 };
    for (let round = 1; round <= rounds; round++) {
      const millis = (random() * 2 - 1) * 20 * hour;
      furthest.back = Math.min(furthest.back, millis);
      furthest.ahead = Math.max(furthest.ahead, millis);
      setClock(millis);
      if (random() < 0.2) {
        await bench.restart((server) => (random() < 0.5 ? server.kill() : server.stop()));
        live = await stream(await ask());
        changes = await openSse(bench.server.url, events.stream.path, adminKey, streamEvent);
      }
      live.tell(random() < 0.5 ? 'RUNNING' : 'COMPLETED');
      const body = { interval_s: 1 + Math.floor(random() * 600), farewell: random() < 0.2, script_run: 'x' };
      await station.client.call(presence.heartbeat, { params: { id: station.id }, body });
      const { id } = await station.client.call(v1.createRun, { body: { ...passedRun('FVT1', `SN-${round}`), duration: 'PT1H' } }); // prettier-ignore
      pushed.push(id);
      await changes.until((each) => {
        if (each.event !== 'change' || each.data.kind !== 'run.created') return false;
        told.push(each.data.run_id);
        return each.data.run_id === id;
      });
      if (random() < 0.3) {
        live.client.socket.destroy();
        live = await stream(await ask());
      }
      await look();
    }
    const there: string[] = [];
    for (const id of pushed) {
      const run = await bench.user.call(runs.get, { params: { id } });
      assert.ok(run.started_at <= run.ended_at && run.duration === 'PT1H', JSON.stringify(run));
      there.push(run.id);
    }
    assert.deepEqual([there, told], [pushed, pushed]);
    await changes.close();
    live.client.socket.destroy();
    await bench.restart((server) => server.stop());
    await look();
    assert.deepEqual(await findingsIn(bench.folder), []);
    const hours = Object.entries(furthest).map(([way, millis]) => `${Math.round(Math.abs(millis) / hour)} h ${way}`);
    console.log(`      ${rounds} times set, up to ${hours.join(' and ')}: ${pushed.length} runs, none lost`);
  });

  it('shows the test that began last, and gives an answer until it is taken', async () => {
    const [first, second] = [0, 1].map(() => new EditorAtWork(station.client, station.id));
    assert.ok(first && second);
    const watcher = await watch(bench.server.url, station.id, adminKey);
    const open = [
      await first.requests(bench.server.url, station.key),
      await second.requests(bench.server.url, station.key),
    ];
    await first.begin('a');
    const ended = { outcome: 'PASS', serial_number: 'SN-1', outcome_details: [], phases_run: 1 };
    await first.tell(
      event({ event: 'run_complete', execution_id: 'a', ...ended, start_time_millis: 0, end_time_millis: 1 }),
    );
    await watcher.until(({ test }) => test?.status === 'completed');
    setClock(-5 * hour);
    await second.begin('b');
    await second.tell(event({ ...asked('p'), execution_id: 'b' }));
    await watcher.until(({ test }) => test?.prompt?.id === 'p');
    await station.client.call(operator.answer, {
      params: { id: station.id },
      body: { prompt_id: 'p', text: 'yes' },
    });
    const given = () => open[1]?.until((each) => each.event === 'answer');
    await given();
    setClock(-10 * hour);
    await given();
    await second.tell(
      event({ event: 'ui_resolved', execution_id: 'b', request_id: 'p' }),
      event({ event: 'run_complete', execution_id: 'b', ...ended, start_time_millis: 0, end_time_millis: 1 }),
    );
    await watcher.until(({ test }) => test?.status === 'completed' && test.execution_id === 'b');
    await first.begin('c');
    await watcher.until(({ test }) => test?.execution_id === 'c');
    for (const each of [...open, watcher]) await each.close();
  });

  it('lets in the stream that was asked for, and ends what a replaced key may not hear', async () => {
    const given = await ask();
    setClock(3 * hour);
    const live = await stream(given);
    await eventually(async () => assert.equal(await stateOf(station.id), 'connected'));
    const listening = await openSse(
      bench.server.url,
      pathOf(operator.requests, new EditorAtWork(station.client, station.id).params),
      station.key,
      windowRequest,
    );
    setClock(-3 * hour);
    await bench.user.call(local.generateKey, { params: { id: station.id } });
    await live.client.ended();
    while ((await listening.next()) !== null);
    await eventually(async () => assert.equal(await stateOf(station.id), 'disconnected'));
  });
});

/** What the recorder of presence is told in random order, on a clock that is moved: hours pass in no time. */
describe(`stations that come and go while the clock is set (CLOCK_SEED=${seed} CLOCK_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 5_000);
  const random = randomNumbers(seed);
  const below = (most: number): number => Math.floor(random() * most);

  it('are gone when nothing tells of them, and their times fit', async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < rounds; round++) {
      const { store, writer } = openStore(join(folder, String(round)));
      const clock = new SetServerClock('2026-03-27T10:00:00.000Z');
      const begin = async (): Promise<PresenceRecorder> => {
        const made = new PresenceRecorder({ store, writer }, clock, { onChange: () => {}, onFollowed: [] });
        await made.start();
        return made;
      };
      let recorder = await begin();
      const ids: string[] = [];
      for (const name of ['A', 'B', 'C'])
        ids.push(await store.transaction().execute((change) => insertStation(change, name, '{}')));
      const beat = (id: string, farewell: boolean) =>
        recorder.heartbeat(id, {
          intervalMs: 1000 * (1 + below(600)),
          isRunning: random() < 0.5,
          isLast: farewell,
          at: random() < 0.2 ? clock.now() - below(2 * hour) : null,
          scriptRun: random() < 0.5 ? 'x' : null,
        });
      const open: LiveStream[] = [];
      const acts: (() => unknown)[] = [
        () => clock.pass(below(20 * 60_000)),
        () => clock.pass(below(60_000)),
        () => clock.set(new Date(clock.now() + (random() * 2 - 1) * 20 * hour).toISOString()),
        () => clock.sleep(below(10 * hour), random() < 0.5),
        () => {
          const made = { id: String(below(1e9)), stationId: ids[below(3)] ?? null, send: () => {} };
          open.push(made);
          recorder.opened(made);
        },
        () => {
          const [gone] = open.splice(below(open.length), 1);
          if (gone) recorder.closed(gone, (['clean', 'lost', 'key', 'server'] as const)[below(4)] ?? 'lost');
        },
        () => beat(ids[below(3)] ?? '', random() < 0.2),
        async () => {
          await recorder.stop();
          open.length = 0;
          recorder = await begin();
        },
      ];
      for (let step = 0; step < 60; step++) {
        await acts[below(acts.length)]?.();
        await recorder.whenSaved();
        const uptimes = new UptimeService(store);
        const time_zone = zones[below(zones.length)] ?? 'UTC';
        const window = await uptimes.window(new Calendar(time_zone), { time_zone, days: 5 }, clock.now());
        for (const { last24Hours, columns } of (await uptimes.compute(window, await listPresences(store))).values()) {
          assertFits({ days: window.days, columns, last24Hours });
        }
      }
      for (const id of ids) await beat(id, false);
      clock.set(new Date(clock.now() - 10 * hour).toISOString());
      for (const id of ids) await beat(id, false);
      for (const each of open.splice(0)) recorder.closed(each, 'lost');
      // The longest interval is 10 minutes, and a set clock gives everyone their time anew.
      clock.pass(hour);
      await recorder.whenSaved();
      for (const { state } of await listPresences(store)) assert.ok(state === null || ['disconnected', 'never'].includes(state), String(state)); // prettier-ignore
      const observers = await store.selectFrom('observers').select(['started_at', 'alive_at']).execute();
      for (const { started_at, alive_at } of observers) assert.ok(started_at <= alive_at);
      await recorder.stop();
      await store.destroy();
    }
    console.log(`      ${rounds} histories of 60 steps: no time is negative or twice, nobody stays for ever`);
  });
});

interface Told {
  days: Pick<Days, 'dates' | 'starts' | 'now'>;
  columns: DayColumns;
  last24Hours: Durations;
}

/** No time is negative, none is told twice, and no share is above the whole. */
function assertFits({ days, columns, last24Hours }: Told): void {
  const what = JSON.stringify({ days, columns, last24Hours });
  const { incidents, ...times } = last24Hours;
  assert.ok(incidents >= 0 && sum(Object.values(times)) === day, what);
  for (const column of Object.values(columns)) for (const each of column) assert.ok(each >= 0, what);
  days.dates.forEach((_, n) => {
    const told = columns.up.map((_, place) => sum(timed.map((name) => columns[name][place] ?? NaN)));
    const length = (days.starts[n + 1] ?? days.now) - (days.starts[n] ?? NaN);
    assert.ok(Number(told[n]) <= length, what);
  });
  const { percent, coverage } = figuresOf(sumOf(days.dates.map((_, n) => dayOf(columns, days, n))));
  for (const share of [percent ?? 0, coverage]) assert.ok(share >= 0 && share <= 100, what);
}

const timed = ['up', 'down', 'maintenance', 'paused', 'unknown'] as const;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
