/**
 * Measures statistics over a year of demo data, beside plain SQL over the same rows in the same run.
 *
 *     npm run bench -- analytics [--days 365]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { TestClient } from '../server/requests.ts';
import { benchKey, startBundle } from './bundle.ts';
import { ingest, send } from './load.ts';
import { atLeast, atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({ options: { days: { type: 'string', default: '365' } } });
const folder = mkdtempSync(join(tmpdir(), 'test-stations-bench-'));
const rounds = 50;
const lines: Line[] = [];

/** Returns the rate of pushes with and without the triggers that mark summaries as stale. */
async function ingestRates(name: string, dropTriggers: boolean): Promise<number> {
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

try {
  const data = join(folder, 'demo');
  const server = await startBundle(data);
  const client = new TestClient(server.url, benchKey);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await send(
    agent,
    `${server.url}/api/local/demo-data`,
    'POST',
    Buffer.from(JSON.stringify({ days: Number(values.days) })),
  );
  const { data: list } = await client.call(procedures.list, { query: { search_query: 'Motor' } });
  const analytics = `${server.url}/api/local/analytics/procedures/${list[0]?.id ?? ''}`;
  const since = new Date(Date.now() - 90 * 24 * 60 * 60_000).toISOString();
  const measurement = 'phase_name=load_test&measurement_name=phase_current';

  const begin = performance.now();
  await send(agent, analytics, 'GET');
  lines.push({ what: 'first answer, all summaries computed', found: `${number(performance.now() - begin)} ms` });
  const calls: [string, string, number][] = [
    ['procedure, 90 days', `${analytics}?started_after=${since}`, 200],
    ['all measurements, 90 days', `${analytics}/measurements?started_after=${since}`, 150],
    ['measurement, 90 days', `${analytics}/measurement?${measurement}&started_after=${since}`, 150],
    ['measurement, everything', `${analytics}/measurement?${measurement}`, 500],
    ['values, newest 1,000', `${analytics}/values?${measurement}&limit=1000`, 150],
    ['values, newest 50,000', `${analytics}/values?${measurement}&limit=50000`, 2000],
  ];
  const medians = new Map<string, number>();
  for (const [what, url, limit] of calls) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const start = performance.now();
      await send(agent, url, 'GET');
      times.push(performance.now() - start);
    }
    const p99 = times.toSorted((a, b) => a - b)[Math.ceil(rounds * 0.99) - 1] ?? NaN;
    medians.set(what, median(times));
    lines.push({
      what,
      found: `p50 ${number(median(times))} ms, p99 ${number(p99)} ms`,
      aim: atMost(p99, limit, 'ms p99'),
    });
  }
  await server.stop();

  const database = new DatabaseSync(join(data, 'stations.db'), { readOnly: true });
  const plain = database.prepare(`
    select count(*) as count, avg(m.value ->> 7) as mean, avg((m.value ->> 7) * (m.value ->> 7)) as squares
    from runs as r cross join phases as p on p.run_key = r.key cross join json_each(p.measurements_json) as m
    where r.procedure_id = ? and p.name = 'load_test' and m.value ->> 0 = 'phase_current'`);
  const plainTimes = Array.from({ length: 3 }, () => {
    const start = performance.now();
    plain.get(list[0]?.id ?? '');
    return performance.now() - start;
  });
  const { bytes } = {
    ...database
      .prepare(
        `select
    (select sum(length(summary) + length(digests)) from measurement_days) +
    (select sum(length(summary_json)) from procedure_days) as bytes`,
      )
      .get(),
  };
  const { size } = {
    ...database.prepare('select page_count * page_size as size from pragma_page_count, pragma_page_size').get(),
  };
  database.close();
  const ratio = median(plainTimes) / (medians.get('measurement, everything') ?? NaN);
  lines.push({
    what: 'mean and sigma of everything in plain SQL',
    found: `${number(median(plainTimes))} ms = ${number(ratio)} of the measurement's answer`,
  });
  const share = (100 * Number(bytes)) / Number(size);
  lines.push({ what: 'summaries, of the database', found: `${number(share)} %`, aim: atMost(share, 5, '%') });

  const rates = [];
  for (let n = 0; n < 3; n += 1) {
    rates.push({ with: await ingestRates(`with${n}`, false), without: await ingestRates(`without${n}`, true) });
  }
  const slowdown = median(rates.map((rate) => rate.with)) / median(rates.map((rate) => rate.without));
  lines.push({
    what: 'ingest, of that without summaries',
    found: number(slowdown),
    aim: atLeast(slowdown, 0.95, 'of it'),
  });
  agent.destroy();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

printTable(lines);
