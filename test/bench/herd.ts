/**
 * Measures a lab: stations push runs while many windows of the editor are open, and prints one table.
 *
 *     npm run bench -- herd [--seconds 12] [--turns 2] [--former path/to/server.js] [--part both|few|many]
 *
 * With `--former`, an earlier server with windows that load a station after each change is measured in the same run, turn by
 * turn. The windows are simulated in a process of their own with the classes of the extension. In each window the Stations
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
import * as z from 'zod';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from '../server/requests.ts';
import { benchKey, startBundle } from './bundle.ts';
import { fillWithRuns } from './fill.ts';
import type { HerdRequest } from './herdWindows.ts';
import { sampleRun } from './sampleRun.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    turns: { type: 'string', default: '2' },
    former: { type: 'string' },
    part: { type: 'string', default: 'both' },
  },
});
const seconds = Number(values.seconds);
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
async function prepare(name: string, program: string | undefined, count: number, runsOfEach: number) {
  const data = join(folder, name);
  const server = await startBundle(data, program);
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
  const intervalMs = Math.floor((6 * day) / runs);
  fillWithRuns(join(data, 'stations.db'), runs, {
    procedures: [procedure],
    user,
    stations: made.map(({ id }) => id),
    startedAt: Date.now() - 6 * day - 3_600_000,
    intervalMs,
  });
  return { data, procedure, stations: made };
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
  const server = await startBundle(place.data, program);
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
    return {
      pushes,
      lists,
      loadsPerSecond: ((await callsOf(herd)) - calls) / took,
      cpuShare: (server.cpuSeconds() - cpu) / took,
    };
  } finally {
    herd.kill();
    agent.destroy();
    await server.stop();
  }
}

function describe({ pushes, lists, loadsPerSecond, cpuShare }: Measured): string {
  const both = (all: number[]): string => `${number(median(all))} / ${number(percentile(all, 0.99))} ms`;
  const share = `${number(100 * cpuShare)} % of a core`;
  return `push ${both(pushes)}, list ${both(lists)}, ${number(loadsPerSecond)} calls/s, ${share}`;
}

const merged = (all: readonly Measured[]): Measured => ({
  pushes: all.flatMap(({ pushes }) => pushes),
  lists: all.flatMap(({ lists }) => lists),
  loadsPerSecond: median(all.map((each) => each.loadsPerSecond)),
  cpuShare: median(all.map((each) => each.cpuShare)),
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
  const place = await prepare('many', undefined, 1000, 200);
  const all = new Map<number, Measured[]>([
    [0, []],
    [100, []],
  ]);
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    for (const [windows, measured] of all) {
      measured.push(await measure(place, undefined, { windows, isEveryChange: false, expanded: 1 }));
    }
  }
  const what = (windows: number): string =>
    `1000 stations, 200 runs each this week, ${windows} windows, ${runsPerSecond} runs/s`;
  for (const [windows, measured] of all) lines.push({ what: what(windows), found: describe(merged(measured)) });
  const found = merged(all.get(100) ?? []);
  const [push, list] = [percentile(found.pushes, 0.99), percentile(found.lists, 0.99)];
  lines.push(
    { what: `${what(100)}: push`, found: `p99 ${number(push)} ms`, aim: atMost(push, 100, 'ms p99') },
    { what: `${what(100)}: list`, found: `p99 ${number(list)} ms`, aim: atMost(list, 100, 'ms p99') },
    {
      what: `${what(100)}: processor`,
      found: `${number(100 * found.cpuShare)} % of a core`,
      aim: atMost(100 * found.cpuShare, 30, '% of a core'),
    },
  );
}

try {
  if (values.part !== 'many') await fewStations();
  if (values.part !== 'few') await manyStations();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printTable(lines);
