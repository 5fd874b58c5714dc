/**
 * Measures how fast the results of an outage are in, beside the least possible Node server, and prints one table. They push in
 * short turns, one after the other, because the processors of a shared computer vary: the figures are medians of the turns.
 * With the address of an empty PostgreSQL database, it also measures the server with that; with `--former`, an earlier server
 * with SQLite.
 *
 *     [TEST_STATIONS_DATABASE_URL=postgres://…] npm run bench -- outage [--results 10000] [--pushes 500] [--turns 9] \
 *         [--program path/to/another/server.js] [--former path/to/an/earlier/server.js]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type BundledServer, startBundle } from './bundle.ts';
import { ingest, send } from './load.ts';
import { atLeast, atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    results: { type: 'string', default: '10000' },
    pushes: { type: 'string', default: '500' },
    turns: { type: 'string', default: '9' },
    program: { type: 'string' },
    former: { type: 'string' },
  },
});
const results = Number(values.results);
const pushes = Number(values.pushes);
const databaseUrl = process.env['TEST_STATIONS_DATABASE_URL'];
delete process.env['TEST_STATIONS_DATABASE_URL'];

const folder = mkdtempSync(join(tmpdir(), 'test-stations-bench-'));
const lines: Line[] = [];
const peer = spawn(process.execPath, [join(import.meta.dirname, 'barePeer.ts'), join(folder, 'peer.db')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const servers = new Map<string, BundledServer>();
try {
  const peerUrl = await new Promise<string>((settle) => createInterface(peer.stdout).once('line', settle));
  servers.set('SQLite', await startBundle(join(folder, 'sqlite'), values.program));
  if (values.former !== undefined) {
    servers.set('SQLite, formerly', await startBundle(join(folder, 'former'), values.former));
  }
  if (databaseUrl !== undefined) {
    process.env['TEST_STATIONS_DATABASE_URL'] = databaseUrl;
    servers.set('PostgreSQL', await startBundle(join(folder, 'postgres'), values.program));
  }
  const procedures = new Map<string, string>();
  for (const [engine, server] of servers) procedures.set(engine, await server.newProcedure());

  const bareRates: number[] = [];
  const measured = new Map(
    [...servers.keys()].map((engine) => [engine, { ratios: [] as number[], cpuMs: [] as number[] }]),
  );
  for (let turn = 0; turn <= Number(values.turns); turn += 1) {
    const bare = await ingest({ url: peerUrl }, 'procedure', pushes);
    // The first turn warms up.
    if (turn > 0) bareRates.push(bare);
    for (const [engine, server] of servers) {
      const before = server.cpuSeconds();
      const rate = await ingest(server, procedures.get(engine) ?? '', pushes);
      if (turn === 0) continue;
      measured.get(engine)?.ratios.push(rate / bare);
      measured.get(engine)?.cpuMs.push(((server.cpuSeconds() - before) * 1000) / pushes);
    }
  }
  const bareRate = median(bareRates);
  lines.push({ what: 'bare Node server', found: `${number(bareRate)} runs/s` });
  for (const [engine, server] of servers) {
    const { ratios, cpuMs } = measured.get(engine) ?? { ratios: [], cpuMs: [] };
    const ratio = median(ratios);
    lines.push({
      what: `ingest, ${engine}`,
      found: `${number(ratio)} of it = ${number(ratio * bareRate)} runs/s, ${number(median(cpuMs))} ms of a processor a run`,
      aim: atLeast(ratio, 0.25, 'of it'),
    });
    const start = performance.now();
    const pushing = { isOver: false };
    const [millis] = await Promise.all([
      listDuring(server, () => pushing.isOver),
      ingest(server, procedures.get(engine) ?? '', results).finally(() => (pushing.isOver = true)),
    ]);
    const seconds = (performance.now() - start) / 1000;
    lines.push({
      what: `${results} results of an outage, ${engine}`,
      found: `${number(seconds)} s`,
      aim: atMost(seconds, (30 * results) / 10_000, 's'),
    });
    const p99 = millis[Math.floor(millis.length * 0.99)] ?? NaN;
    lines.push({
      what: `list meanwhile, ${engine}`,
      found: `p50 ${number(median(millis))} ms, p99 ${number(p99)} ms`,
      aim: atMost(p99, 100, 'ms p99'),
    });
  }
} finally {
  for (const server of servers.values()) await server.stop();
  peer.kill();
  rmSync(folder, { recursive: true, force: true });
}

printTable(lines);

/** Lists runs again and again, as a window does. Returns how many milliseconds each list took, the shortest first. */
async function listDuring({ url }: BundledServer, isOver: () => boolean): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const millis: number[] = [];
  while (!isOver()) {
    const start = performance.now();
    await send(agent, `${url}/api/v2/runs`, 'GET');
    millis.push(performance.now() - start);
    await delay(20);
  }
  agent.destroy();
  return millis.sort((a, b) => a - b);
}
