/**
 * Measures the reading calls of the station server on PostgreSQL, and prints one table. The database is filled if it has no runs; its
 * role must be a superuser.
 *
 *     TEST_STATIONS_DATABASE_URL=postgres://… npm run bench -- postgres [--runs 1000000] [--pushes 3000] [--only TEXT]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { startBundle } from './bundle.ts';
import { fillPostgres } from './fillPostgres.ts';
import { ingest, measureReads } from './load.ts';
import { atMost, type Line, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    pushes: { type: 'string', default: '3000' },
    only: { type: 'string', default: '' },
    program: { type: 'string' },
  },
});
const runs = Number(values.runs);
const url = process.env['TEST_STATIONS_DATABASE_URL'];
if (url === undefined) throw new Error('Set TEST_STATIONS_DATABASE_URL to the address of an empty database.');

const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), 'test-stations-bench-'));
const client = new Client({ connectionString: url });
await client.connect();

try {
  const maker = await startBundle(folder, values.program);
  const isFilled = (await client.query('select 1 from runs limit 1')).rows.length > 0;
  if (!isFilled) {
    const places = { procedures: [await maker.newProcedure(), await maker.newProcedure()], user: await maker.userId() };
    await maker.stop();
    console.log(`Filling ${runs} runs …`);
    await fillPostgres(url, runs, places);
  } else {
    await maker.stop();
  }
  const { rows } = await client.query<{ id: string }>('select id from procedures order by created_at');
  const procedures = rows.map(({ id }) => id);
  const server = await startBundle(folder, values.program);
  for (const { what, p50, p99 } of await measureReads(server, runs, procedures, values.only)) {
    lines.push({ what, found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms`, aim: atMost(p50, 20, 'ms p50') });
  }
  if (Number(values.pushes) > 0) {
    const pushed = await ingest(server, procedures[0] ?? '', Number(values.pushes));
    lines.push({ what: `ingest beside ${runs} runs, 16 connections`, found: `${number(pushed)} runs/s` });
  }
  await server.stop();
} finally {
  await client.end();
  rmSync(folder, { recursive: true, force: true });
}

printTable(lines);
