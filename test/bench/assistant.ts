/**
 * Measures the reading tools of assistants over many runs: the time that the main thread of the server spends on a call, by
 * Linux's count, which other programs on the machine do not change.
 *
 *     npm run bench -- assistant [--runs 1000000] [--calls 50] [--folder DIR]
 *
 * `--folder` keeps the data folder, and measures the runs that are already in it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs as runOperations } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from '../server/requests.ts';
import { benchKey, type BundledServer, startBundle } from './bundle.ts';
import { fillWithRuns } from './fill.ts';
import { atMost, type Line, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    calls: { type: 'string', default: '50' },
    folder: { type: 'string' },
  },
});
const runs = Number(values.runs);
const calls = Number(values.calls);
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const aimMs = 50;
/** The server refuses more calls of a key in a minute. */
const callsPerMinute = 280;
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'test-stations-bench-'));
const path = join(folder, 'stations.db');
const answer = z.object({ result: z.looseObject({ isError: z.boolean().optional() }) });
let callsInWindow = 0;

try {
  if (!existsSync(path)) await fill();
  const server = await startBundle(folder);
  try {
    printTable(await measure(server));
  } finally {
    await server.stop();
  }
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

/** One run each minute up to now, of two procedures on four stations, with 10 measurements each. */
async function fill(): Promise<void> {
  const maker = await startBundle(folder);
  const client = new TestClient(maker.url, benchKey);
  const bench = async (n: number) => (await client.call(stations.create, { body: { name: `Bench ${n}` } })).id;
  const procedure = async (n: number) => (await client.call(procedures.create, { body: { name: `Test ${n}` } })).id;
  const places = {
    procedures: [await procedure(1), await procedure(2)],
    user: await maker.userId(),
    stations: [await bench(1), await bench(2), await bench(3), await bench(4)],
    measurements: 10,
    parts: 1,
    startedAt: Date.now() - runs * minuteMs,
  };
  await maker.stop();
  console.log(`Filling ${runs} runs …`);
  fillWithRuns(path, runs, places);
}

async function measure(server: BundledServer): Promise<Line[]> {
  const client = new TestClient(server.url, benchKey);
  console.log('Computing the statistics of all days …');
  for (const name of ['Test 1', 'Test 2'])
    await call(server, 'get_yield', { procedure: name, since: '2000-01-01T00:00:00Z' });
  const { data } = await client.call(runOperations.list, { query: { limit: '100' } });
  const of = <T>(list: readonly T[], n: number): T => {
    const item = list[n % list.length];
    if (item === undefined) throw new Error('The data folder has no runs.');
    return item;
  };
  const runId = (n: number): string => of(data, n).id;
  const station = (n: number): string => `Bench ${1 + (n % 4)}`;
  const procedure = (n: number): string => `Test ${1 + (n % 2)}`;
  const measurement = (n: number): string => `m${n % 10}`;
  const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
  const tools: [what: string, tool: string, input: (n: number) => Record<string, unknown>][] = [
    ['list_stations', 'list_stations', () => ({})],
    ['list_procedures', 'list_procedures', () => ({})],
    ['find_runs, newest', 'find_runs', (n) => ({ limit: 1 + (n % 50) })],
    ['find_runs, procedure and outcome', 'find_runs', (n) => ({ procedure: procedure(n), outcome: 'FAIL' })],
    ['find_runs, station and outcome', 'find_runs', (n) => ({ station: station(n), outcome: 'FAIL' })],
    ['find_runs, of an outcome that is rare', 'find_runs', (n) => ({ procedure: procedure(n), outcome: 'ERROR' })],
    ['find_runs, serial number', 'find_runs', (n) => ({ serial_number: of(data, n).unit.serial_number })],
    [
      'find_runs, failed measurement',
      'find_runs',
      (n) => ({ procedure: procedure(n), failed_measurement: 'voltage', since: daysAgo(7 + n) }),
    ],
    ['get_run', 'get_run', (n) => ({ run_id: runId(n) })],
    ['get_run_logs', 'get_run_logs', (n) => ({ run_id: runId(n) })],
    ['get_unit_history', 'get_unit_history', (n) => ({ serial_number: of(data, n).unit.serial_number })],
    ['compare_runs', 'compare_runs', (n) => ({ run_id: runId(n), other_run_id: runId(n + 2) })],
    ['get_yield, of a procedure', 'get_yield', (n) => ({ procedure: procedure(n), by: n % 3 ? 'day' : 'station' })],
    ['get_yield, of all procedures', 'get_yield', (n) => ({ since: daysAgo(n) })],
    ['top_failures', 'top_failures', (n) => ({ procedure: procedure(n), limit: 1 + (n % 20) })],
    ['list_measurements', 'list_measurements', (n) => ({ procedure: procedure(n), limit: 1 + (n % 50) })],
    [
      'measurement_statistics',
      'measurement_statistics',
      (n) => ({ procedure: procedure(n), measurement: measurement(n) }),
    ],
    ['suggest_limits', 'suggest_limits', (n) => ({ procedure: procedure(n), measurement: measurement(n) })],
    ['station_uptime', 'station_uptime', (n) => ({ station: station(n), days: 1 + (n % 31) })],
    ['get_live_test', 'get_live_test', (n) => ({ station: station(n) })],
  ];
  const listing = await timesOf(server, () => request(server, 'tools/list', {}));
  const lines: Line[] = [lineOf(`tools/list, ${runs} runs`, listing, 20)];
  for (const [what, tool, input] of tools) {
    lines.push(lineOf(what, await timesOf(server, (n) => call(server, tool, input(n))), aimMs));
  }
  return lines;
}

function lineOf(what: string, { p50, p99 }: { p50: number; p99: number }, aim: number): Line {
  return { what, found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms`, aim: atMost(p99, aim, 'ms p99') };
}

/** Milliseconds of the main thread. */
async function timesOf(server: BundledServer, work: (n: number) => Promise<void>) {
  const times: number[] = [];
  for (let n = 0; n < calls + 3; n += 1) {
    const before = server.mainThreadMillis();
    await work(n);
    if (n >= 3) times.push(server.mainThreadMillis() - before);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function call(server: BundledServer, name: string, given: Record<string, unknown>): Promise<void> {
  if (callsInWindow >= callsPerMinute) {
    await wait(61_000);
    callsInWindow = 0;
  }
  callsInWindow += 1;
  await request(server, 'tools/call', { name, arguments: given });
}

async function request({ url }: BundledServer, method: string, params: unknown): Promise<void> {
  const response = await fetch(new URL('/mcp', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${benchKey}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const text = await response.text();
  const message = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  const { result } = answer.parse(JSON.parse(message));
  if (result.isError) throw new Error(`${method} ${JSON.stringify(params)}: ${message}`);
}
