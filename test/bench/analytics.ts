/**
 * Measures statistics over many runs beside DuckDB and plain SQL over the same runs, and what they cost a push.
 *
 *     npm run bench -- analytics [--runs 1000000] [--measurements 50]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from '../server/requests.ts';
import { benchKey, startBundle } from './bundle.ts';
import { filledStart, fillWithRuns } from './fill.ts';
import { ingest, latency, send } from './load.ts';
import { atLeast, atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000000' }, measurements: { type: 'string', default: '50' } },
});
const runs = Number(values.runs);
const since = filledStart(runs) - 90 * 24 * 60 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'test-stations-bench-'));
const lines: Line[] = [];
const peerTimes = z.object({ bytes: z.number() }).catchall(z.number());

try {
  const data = join(folder, 'full');
  const path = join(data, 'stations.db');
  const maker = await startBundle(data);
  const client = new TestClient(maker.url, benchKey);
  const bench = async (n: number) => (await client.call(stations.create, { body: { name: `Bench ${n}` } })).id;
  const places = {
    procedures: [await maker.newProcedure(), await maker.newProcedure()],
    user: await maker.userId(),
    stations: [await bench(1), await bench(2), await bench(3), await bench(4)],
    measurements: Number(values.measurements),
    parts: 1,
  };
  await maker.stop();
  console.log(`Filling ${runs} runs …`);
  fillWithRuns(path, runs, places);
  const [procedure = ''] = places.procedures;
  const megabytes = (): number => {
    const database = new DatabaseSync(path, { readOnly: true });
    const { size } = {
      ...database.prepare('select page_count * page_size as size from pragma_page_count, pragma_page_size').get(),
    };
    database.close();
    return Number(size) / 2 ** 20;
  };
  const before = megabytes();
  lines.push({ what: `${runs} runs of ${values.measurements} measurements`, found: `${number(before)} MB` });

  console.log('Computing the statistics of all days …');
  const server = await startBundle(data);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ofProcedure = (id: string): string => `${server.url}/api/local/analytics/procedures/${id}`;
  const analytics = ofProcedure(procedure);
  const begin = performance.now();
  // Of all, because the server would compute the others in the background of what is measured.
  for (const id of places.procedures) await send(agent, ofProcedure(id), 'GET');
  const seconds = (performance.now() - begin) / 1000;
  const perValue = (seconds * 1e6) / (runs * Number(values.measurements));
  lines.push({
    what: 'all days, computed once',
    found: `${number(seconds)} s = ${number(perValue)} µs a value`,
  });
  const from = `started_after=${new Date(since).toISOString()}`;
  const measurement = 'phase_name=phase&measurement_name=m7';
  const calls: [string, (n: number) => string, number][] = [
    ['procedure, 90 days', () => `${analytics}?${from}`, 200],
    ['procedure, everything', () => analytics, 500],
    ['all measurements, 90 days', () => `${analytics}/measurements?${from}`, 150],
    ['measurement, 90 days', () => `${analytics}/measurement?${measurement}&${from}`, 150],
    ['measurement, everything', () => `${analytics}/measurement?${measurement}`, 500],
    ['values, newest 1,000', () => `${analytics}/values?${measurement}&limit=1000`, 150],
    ['values, newest 50,000', () => `${analytics}/values?${measurement}&limit=50000`, 2000],
    ['unit', (n) => `${server.url}/api/v2/units/SN-${(n * 7919) % runs}`, 20],
    ['runs of a unit', (n) => `${server.url}/api/v2/runs?serial_numbers=SN-${(n * 7919) % runs}`, 20],
  ];
  const medians = new Map<string, number>();
  for (const [what, url, limit] of calls) {
    const { p50, p99 } = await latency((n) => send(agent, url(n), 'GET'));
    medians.set(what, p50);
    lines.push({ what, found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms`, aim: atMost(p99, limit, 'ms p99') });
  }
  await server.stop();
  const share = (100 * (megabytes() - before)) / before;
  lines.push({ what: 'storage of statistics', found: `${number(share)} %`, aim: atMost(share, 5, '%') });

  console.log('Asking the peers …');
  const database = new DatabaseSync(path, { readOnly: true });
  const plain = database.prepare(`
    select count(*) as count, avg(m.value ->> 7) as mean, avg((m.value ->> 7) * (m.value ->> 7)) as squares
    from runs as r cross join phases as p on p.run_key = r.key cross join json_each(p.measurements_json) as m
    where r.procedure_id = ? and r.started_at >= ? and p.name = 'phase' and m.value ->> 0 = 'm7'`);
  const sqlBegin = performance.now();
  plain.get(procedure, since);
  compare(
    'mean and sigma of the measurement, 90 days, in plain SQL',
    performance.now() - sqlBegin,
    'measurement, 90 days',
  );
  database.close();
  const python = process.env['DUCKDB_PYTHON'];
  if (python === undefined) throw new Error('DUCKDB_PYTHON is not set. Run it with "npm run bench -- analytics".');
  const script = join(import.meta.dirname, 'duckdbPeer.py');
  const args = [script, path, folder, procedure, 'm7', String(since), '5'];
  const { bytes, ...times } = peerTimes.parse(JSON.parse(execFileSync(python, args, { encoding: 'utf8' })));
  lines.push({ what: 'Parquet of the values', found: `${number(bytes / 2 ** 20)} MB` });
  for (const [what, millis] of Object.entries(times)) compare(`${what}, in DuckDB`, millis, what);

  const rates = [];
  for (let n = 0; n < 3; n += 1) {
    rates.push({ with: await ingestRate(`with${n}`, false), without: await ingestRate(`without${n}`, true) });
  }
  const slowdown = median(rates.map((rate) => rate.with)) / median(rates.map((rate) => rate.without));
  lines.push({
    what: 'ingest, of that without statistics',
    found: number(slowdown),
    aim: atLeast(slowdown, 0.95, 'of it'),
  });
  agent.destroy();

  function compare(what: string, millis: number, answer: string): void {
    const ratio = millis / (medians.get(answer) ?? NaN);
    const found = `${number(millis)} ms`;
    lines.push({ what, found: Number.isNaN(ratio) ? found : `${found} = ${number(ratio)} of the answer` });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

printTable(lines);

/** Returns the rate of pushes with or without the triggers that mark summaries as stale. */
async function ingestRate(name: string, dropTriggers: boolean): Promise<number> {
  const data = join(folder, name);
  const made = await startBundle(data);
  const procedure = await made.newProcedure();
  await made.stop();
  if (dropTriggers) {
    const database = new DatabaseSync(join(data, 'stations.db'));
    for (const event of ['inserted_run', 'updated_run', 'deleted_run', 'sample']) {
      database.exec(`drop trigger summary_outdated_by_${event}`);
    }
    database.close();
  }
  const server = await startBundle(data);
  await ingest(server, procedure, 300);
  const rate = await ingest(server, procedure, 3000);
  await server.stop();
  return rate;
}
