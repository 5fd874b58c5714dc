/**
 * Measures a lab: stations push runs while many windows of the editor are open, and prints one table.
 *
 *     [TEST_STATIONS_DATABASE_URL=postgres://…] npm run bench -- herd [--seconds 12] [--turns 2] [--runs 200] \
 *         [--former path/to/server.js] [--part both|few|many]
 *
 * With the address of an empty PostgreSQL database on this machine, 1,000 stations are measured with that too, turn by turn; its
 * role must be a superuser. `--runs` is how many each of them has pushed. With `--former`, an earlier server is measured in the same run, turn
 * by turn: of 20 stations with windows that load a station after each change, of 1,000 with PostgreSQL only. The windows are simulated in a process of their own with the classes of the extension. In each window the Stations
 * view is visible; of 20 stations all are expanded as in the editor, of 1,000 only one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import * as z from 'zod';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from '../server/requests.ts';
import { benchKey, postgresCpuSeconds, startBundle } from './bundle.ts';
import { fillWithRuns } from './fill.ts';
import { fillPostgres } from './fillPostgres.ts';
import type { HerdRequest } from './herdWindows.ts';
import { sampleRun } from './sampleRun.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    turns: { type: 'string', default: '2' },
    former: { type: 'string' },
    part: { type: 'string', default: 'both' },
    runs: { type: 'string', default: '200' },
  },
});
const seconds = Number(values.seconds);
const databaseUrl = process.env['TEST_STATIONS_DATABASE_URL'];
delete process.env['TEST_STATIONS_DATABASE_URL'];
/** 1,000 stations that each test a unit a minute. */
const runsPerSecond = 17;
const day = 86_400_000;

interface Station {
  id: string;
  key: string;
}

interface Measured {
  pushes: number[];
  lists: number[];
  loadsPerSecond: number;
  cpuShare: number;
  /** Of `cpuShare`, what PostgreSQL used. */
  postgresShare: number;
}

const folder = mkdtempSync(join(tmpdir(), 'test-stations-herd-'));
const lines: Line[] = [];

const percentile = (all: readonly number[], share: number): number =>
  all.toSorted((a, b) => a - b)[Math.min(Math.floor(all.length * share), all.length - 1)] ?? NaN;

function timed(agent: Agent, url: string, key: string, body?: Buffer): Promise<number> {
  const start = performance.now();
  const headers = {
    Authorization: `Bearer ${key}`,
    ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
  };
  return new Promise((settle, reject) => {
    const sent = request(url, { method: body ? 'POST' : 'GET', agent, headers }, (reply) => {
      reply.resume();
      reply.on('end', () => {
        if (reply.statusCode === 200) settle(performance.now() - start);
        else reject(new Error(`${url}: ${reply.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Creates a data folder with stations that have pushed runs in the last six days. */
async function prepare(
  name: string,
  program: string | undefined,
  count: number,
  runsOfEach: number,
  database?: string,
) {
  const data = join(folder, name);
  const env = { TEST_STATIONS_DATABASE_URL: database };
  const server = await startBundle(data, program, env);
  const procedure = await server.newProcedure();
  const user = await server.userId();
  const client = new TestClient(server.url, benchKey);
  const made: Station[] = [];
  for (let n = 0; n < count; n += 1) {
    const { id } = await client.call(stations.create, { body: { name: `Station ${n}`, procedure_id: procedure } });
    made.push({ id, key: (await client.call(local.generateKey, { params: { id } })).api_key });
  }
  await server.stop();
  const runs = count * runsOfEach;
  const filling = {
    procedures: [procedure],
    user,
    stations: made.map(({ id }) => id),
    startedAt: Date.now() - 6 * day - 3_600_000,
    intervalMs: Math.floor((6 * day) / runs),
  };
  if (database === undefined) fillWithRuns(join(data, 'stations.db'), runs, filling);
  else await fillPostgres(database, runs, filling);
  return { data, env, procedure, stations: made };
}

async function openWindows(herd: ChildProcess, asked: HerdRequest): Promise<void> {
  const opened = once(herd, 'message');
  herd.send(asked);
  await opened;
}

async function callsOf(herd: ChildProcess): Promise<number> {
  const answered = once(herd, 'message');
  herd.send('calls');
  return z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await answered)[0];
}

/** Waits until the windows have loaded the stations for the first time. */
async function untilQuiet(herd: ChildProcess): Promise<void> {
  for (let before = -1, now = await callsOf(herd); now !== before;) {
    before = now;
    await delay(8_000); // longer than a window pauses
    now = await callsOf(herd);
  }
}

let pushed = 0;

function nextRun(procedure: string): Buffer {
  pushed += 1;
  const now = Date.now();
  const run = { ...sampleRun(procedure, pushed), started_at: new Date(now - 60_000).toISOString() };
  return Buffer.from(JSON.stringify({ ...run, ended_at: new Date(now).toISOString(), serial_number: `H-${pushed}` }));
}

async function measure(
  place: Awaited<ReturnType<typeof prepare>>,
  program: string | undefined,
  asked: Omit<HerdRequest, 'url' | 'expanded'> & { expanded: number },
): Promise<Measured> {
  const server = await startBundle(place.data, program, place.env);
  const postgres = new Client({ connectionString: place.env.TEST_STATIONS_DATABASE_URL });
  let backend: number | undefined;
  if (place.env.TEST_STATIONS_DATABASE_URL !== undefined) {
    await postgres.connect();
    backend = (await postgres.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
  }
  const postgresCpu = (): number => (backend === undefined ? 0 : postgresCpuSeconds(backend));
  const herd = fork(resolve(import.meta.dirname, 'herdWindows.ts'));
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  try {
    const expanded = place.stations.slice(0, asked.expanded).map(({ id }) => id);
    await openWindows(herd, { ...asked, url: server.url, expanded });
    await untilQuiet(herd);
    const pushes: number[] = [];
    const lists: number[] = [];
    const work: Promise<unknown>[] = [];
    const calls = await callsOf(herd);
    const cpu = server.cpuSeconds();
    const cpuOfPostgres = postgresCpu();
    const start = performance.now();
    for (let n = 0; n < seconds * runsPerSecond; n += 1) {
      await delay(Math.max(start + (n * 1000) / runsPerSecond - performance.now(), 0));
      const station = place.stations[n % place.stations.length];
      if (station === undefined) throw new Error('There is no station.');
      const body = nextRun(place.procedure);
      work.push(timed(agent, `${server.url}/api/v2/runs`, station.key, body).then((ms) => pushes.push(ms)));
      if (n % 4 === 0) {
        work.push(timed(agent, `${server.url}/api/v2/runs?limit=50`, benchKey).then((ms) => lists.push(ms)));
      }
    }
    await Promise.all(work);
    const took = (performance.now() - start) / 1000;
    const postgresShare = (postgresCpu() - cpuOfPostgres) / took;
    return {
      pushes,
      lists,
      loadsPerSecond: ((await callsOf(herd)) - calls) / took,
      cpuShare: (server.cpuSeconds() - cpu) / took + postgresShare,
      postgresShare,
    };
  } finally {
    herd.kill();
    agent.destroy();
    if (backend !== undefined) await postgres.end();
    await server.stop();
  }
}

function describe({ pushes, lists, loadsPerSecond, cpuShare, postgresShare }: Measured): string {
  const both = (all: number[]): string => `${number(median(all))} / ${number(percentile(all, 0.99))} ms`;
  const ofPostgres = postgresShare === 0 ? '' : ` (${number(100 * postgresShare)} of them in PostgreSQL)`;
  const share = `${number(100 * cpuShare)} % of a core${ofPostgres}`;
  return `push ${both(pushes)}, list ${both(lists)}, ${number(loadsPerSecond)} calls/s, ${share}`;
}

const merged = (all: readonly Measured[]): Measured => ({
  pushes: all.flatMap(({ pushes }) => pushes),
  lists: all.flatMap(({ lists }) => lists),
  loadsPerSecond: median(all.map((each) => each.loadsPerSecond)),
  cpuShare: median(all.map((each) => each.cpuShare)),
  postgresShare: median(all.map((each) => each.postgresShare)),
});

async function fewStations(): Promise<void> {
  const made = await prepare('few', values.former, 20, 500);
  const places = { former: { ...made, data: join(folder, 'former') }, now: { ...made, data: join(folder, 'now') } };
  for (const { data } of Object.values(places)) cpSync(made.data, data, { recursive: true });
  for (const windows of [0, 10, 50, 100]) {
    const former: Measured[] = [];
    const now: Measured[] = [];
    for (let turn = 0; turn < Number(values.turns); turn += 1) {
      if (values.former !== undefined) {
        former.push(await measure(places.former, values.former, { windows, isEveryChange: true, expanded: 20 }));
      }
      now.push(await measure(places.now, undefined, { windows, isEveryChange: false, expanded: 20 }));
    }
    const what = `20 stations, 500 runs each this week, ${windows} windows, ${runsPerSecond} runs/s`;
    if (former.length > 0) lines.push({ what: `${what}: formerly`, found: describe(merged(former)) });
    lines.push({ what, found: describe(merged(now)) });
    console.log(
      lines
        .slice(-2)
        .map((line) => `${line.what}: ${line.found}`)
        .join('\n'),
    );
  }
}

async function manyStations(): Promise<void> {
  const runsOfEach = Number(values.runs);
  const places = new Map([['SQLite', await prepare('many', undefined, 1000, runsOfEach)]]);
  if (databaseUrl !== undefined)
    places.set('PostgreSQL', await prepare('many-postgres', undefined, 1000, runsOfEach, databaseUrl));
  const measuredPlaces = [...places].flatMap(([engine, place]) => [
    { engine, place, program: undefined },
    ...(values.former !== undefined && engine === 'PostgreSQL'
      ? [{ engine: 'PostgreSQL, formerly', place, program: values.former }]
      : []),
  ]);
  const all = new Map<string, Measured[]>();
  const what = (engine: string, windows: number): string =>
    `1000 stations, ${runsOfEach} runs each this week, ${windows} windows, ${runsPerSecond} runs/s, ${engine}`;
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    for (const windows of [0, 100]) {
      for (const { engine, place, program } of measuredPlaces) {
        const measured = await measure(place, program, { windows, isEveryChange: false, expanded: 1 });
        console.log(`${what(engine, windows)}: ${describe(measured)}`);
        all.set(what(engine, windows), [...(all.get(what(engine, windows)) ?? []), measured]);
      }
    }
  }
  for (const [each, measured] of all) lines.push({ what: each, found: describe(merged(measured)) });
  for (const engine of places.keys()) {
    const found = merged(all.get(what(engine, 100)) ?? []);
    const [push, list] = [percentile(found.pushes, 0.99), percentile(found.lists, 0.99)];
    lines.push(
      { what: `${what(engine, 100)}: push`, found: `p99 ${number(push)} ms`, aim: atMost(push, 100, 'ms p99') },
      { what: `${what(engine, 100)}: list`, found: `p99 ${number(list)} ms`, aim: atMost(list, 100, 'ms p99') },
    );
  }
  const share = (engine: string): number => merged(all.get(what(engine, 100)) ?? []).cpuShare;
  lines.push({
    what: `${what('SQLite', 100)}: processor`,
    found: `${number(100 * share('SQLite'))} % of a core`,
    aim: atMost(100 * share('SQLite'), 30, '% of a core'),
  });
  if (places.size === 1) return;
  const ratio = share('PostgreSQL') / share('SQLite');
  lines.push({
    what: `${what('PostgreSQL', 100)}: processor`,
    found: `${number(ratio)} of that with SQLite`,
    aim: atMost(ratio, 2, 'of that with SQLite'),
  });
}

try {
  if (values.part !== 'many') await fewStations();
  if (values.part !== 'few') await manyStations();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printTable(lines);
