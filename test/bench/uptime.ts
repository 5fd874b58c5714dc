/**
 * Measures the answers about uptime of the built server over HTTP, and prints one table.
 *
 *     npm run bench -- uptime [--stations 1000] [--days 90] [--transitions 200]
 *
 * Beside it: a server that only writes the same answer, in the same run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { type BundledServer, startBundle } from './bundle.ts';
import { fillWithPresence } from './fillPresence.ts';
import { latency, send } from './load.ts';
import { atMost, type Line, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    stations: { type: 'string', default: '1000' },
    days: { type: 'string', default: '90' },
    transitions: { type: 'string', default: '200' },
  },
});
const [stations, days, transitions] = [values.stations, values.days, values.transitions].map(Number) as [
  number,
  number,
  number,
];
const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-uptime-'));
const data = join(folder, 'data');
const file = join(data, 'stations.db');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const zone = 'Europe/Berlin';
const fleet = `/api/local/uptime?days=${days}&time_zone=`;
const megabytes = (path: string): number => (existsSync(path) ? statSync(path).size : 0) / 1e6;
const size = (): number => megabytes(file) + megabytes(`${file}-wal`);
const plain = (what: string, found: string): void => void lines.push({ what, found });
const timed = async (what: string, server: BundledServer, path: string): Promise<string> => {
  const start = performance.now();
  const text = await send(agent, server.url + path, 'GET');
  plain(what, `${number(performance.now() - start)} ms`);
  return text;
};

try {
  await (await startBundle(data)).stop();
  console.log(`Filling ${stations * days * transitions} transitions …`);
  fillWithPresence(file, { stations, days, transitions, now: Date.now() });
  const filled = size();
  plain(
    'storage',
    `${number(filled)} MB = ${number((filled * 1e6) / (stations * days * transitions))} bytes a transition`,
  );

  const first = await startBundle(data);
  const answer = await timed('fleet, first answer ever in a time zone', first, fleet + zone);
  plain('storage of its days', `${number(size() - filled)} MB`);
  plain('memory after it', `${number(first.residentMegabytes())} MB`);
  await first.stop();
  check(answer);

  const server = await startBundle(data);
  await timed('fleet, first answer after a start', server, fleet + zone);
  await timed('fleet, second answer', server, fleet + zone);
  const warm = await latency(() => send(agent, server.url + fleet + zone, 'GET'));
  const peer = await peerLatency(answer);
  lines.push({
    what: `fleet (${number(answer.length / 1e6)} MB)`,
    found: `p50 ${number(warm.p50)} ms, p99 ${number(warm.p99)} ms`,
    aim: atMost(warm.p99, 150, 'ms p99'),
  });
  plain('the same answer, only written', `p50 ${number(peer.p50)} ms, p99 ${number(peer.p99)} ms`);
  plain('fleet beside it', `p50 ${number(warm.p50 / peer.p50)}, p99 ${number(warm.p99 / peer.p99)} times as long`);
  await measureChanges(server);
  const station = (n: number): string =>
    `/api/local/stations/00000000-0000-4000-8000-${String(n % stations).padStart(12, '0')}`;
  const date = (n: number): string => new Date(Date.now() - (n % days) * 86_400_000).toISOString().slice(0, 10);
  for (const [what, path] of [
    ['one station', (n) => `${station(n)}/uptime?days=${days}&time_zone=${zone}`],
    ['one day', (n) => `${station(n * 7)}/uptime/${date(n)}?time_zone=${zone}`],
  ] as [string, (n: number) => string][]) {
    const { p50, p99 } = await latency((n) => send(agent, server.url + path(n), 'GET'));
    lines.push({ what, found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms`, aim: atMost(p99, 20, 'ms p99') });
  }
  await timed(
    'one station, first answer ever in a time zone',
    server,
    `${station(1)}/uptime?days=${days}&time_zone=Asia/Kolkata`,
  );
  const memory = server.residentMegabytes();
  lines.push({ what: 'memory', found: `${number(memory)} MB`, aim: atMost(memory, 150, 'MB') });
  await server.stop();
} finally {
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
printTable(lines);

/** So many stations come or go between two answers. */
async function measureChanges(server: BundledServer): Promise<void> {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec('pragma synchronous = off; pragma foreign_keys = on');
  const insert = database.prepare(
    `insert or replace into transitions (presence_key, at, is_up, cause) values (?, ?, ?, 'heartbeat')`,
  );
  for (const changed of [10, stations]) {
    const { p50, p99 } = await latency((n) => {
      database.exec('begin immediate');
      for (let key = 1; key <= changed; key += 1) insert.run(key, Date.now(), n % 2);
      database.exec('commit');
      return send(agent, server.url + fleet + zone, 'GET');
    });
    lines.push({
      what: `fleet, ${changed} stations came or went since`,
      found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms, with writing it`,
      ...(changed < stations && { aim: atMost(p99, 150, 'ms p99') }),
    });
  }
  database.close();
}

async function peerLatency(answer: string): Promise<{ p50: number; p99: number }> {
  const path = join(folder, 'answer.json');
  writeFileSync(path, answer);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'peer.ts'), path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await new Promise<string>((settle) => createInterface(child.stdout).once('line', settle));
  const found = await latency(() => send(agent, url, 'GET'));
  child.kill();
  await once(child, 'close');
  return found;
}

/** The answer is about all of it: nothing is measured that is not there. */
function check(answer: string): void {
  const { stations: rows } = uptime.fleet.answer.parse(JSON.parse(answer));
  const row = rows[Math.floor(rows.length / 2)];
  const incidents = row?.columns.incidents.reduce((sum, each) => sum + each, 0) ?? 0;
  if (rows.length !== stations || incidents < (days - 1) * (transitions / 2) * 0.9)
    throw new Error(`The answer has ${rows.length} stations, and one of them ${incidents} incidents.`);
}
