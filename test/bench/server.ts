/**
 * Measures the station server beside the raw limit of the same computer, in one run, and prints one table.
 *
 *     npm run bench -- server [--runs 1000000] [--pushes 3000]
 *
 * Raw limit: one durable `node:sqlite` transaction for each row with the bytes of the same request.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBundle } from './bundle.ts';
import { fillWithRuns } from './fill.ts';
import { ingest, measureReads } from './load.ts';
import { rawLimit } from './raw.ts';
import { sampleRun } from './sampleRun.ts';
import { atLeast, atMost, type Line, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000000' }, pushes: { type: 'string', default: '3000' } },
});
const runs = Number(values.runs);
const pushes = Number(values.pushes);

const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), 'test-stations-bench-'));

try {
  const bytes = Buffer.byteLength(JSON.stringify(sampleRun('procedure', 0)));
  const empty = join(folder, 'empty');
  const first = await startBundle(empty);
  const procedure = await first.newProcedure();
  await ingest(first, procedure, Math.ceil(pushes / 10));
  const raw = [rawLimit(join(folder, 'raw.db'), bytes, pushes)];
  const pushed = [await ingest(first, procedure, pushes)];
  raw.push(rawLimit(join(folder, 'raw2.db'), bytes, pushes));
  pushed.push(await ingest(first, procedure, pushes));
  const best = { raw: Math.max(...raw), pushed: Math.max(...pushed) };
  lines.push({ what: `raw limit (${bytes} bytes a row)`, found: `${number(best.raw)} rows/s` });
  lines.push({
    what: 'ingest, 16 connections',
    found: `${number(best.pushed)} runs/s = ${number(best.pushed / best.raw)} of raw`,
    aim: atLeast(best.pushed / best.raw, 0.5, 'of raw'),
  });
  await first.stop();

  const full = join(folder, 'full');
  const maker = await startBundle(full);
  const places = { procedures: [await maker.newProcedure(), await maker.newProcedure()], user: await maker.userId() };
  await maker.stop();
  console.log(`Filling ${runs} runs …`);
  fillWithRuns(join(full, 'stations.db'), runs, places);
  const starts: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const server = await startBundle(full);
    starts.push(server.startMillis);
    await server.stop();
  }
  const cold = starts.toSorted((a, b) => a - b)[2] ?? NaN;
  lines.push({ what: 'start to healthy', found: `${number(cold)} ms`, aim: atMost(cold, 400, 'ms') });
  const server = await startBundle(full);
  for (const { what, p50, p99 } of await measureReads(server, runs, places.procedures)) {
    lines.push({ what, found: `p50 ${number(p50)} ms, p99 ${number(p99)} ms`, aim: atMost(p99, 20, 'ms p99') });
  }
  const filled = await ingest(server, places.procedures[0] ?? '', pushes);
  lines.push({
    what: `ingest beside ${runs} runs`,
    found: `${number(filled)} runs/s = ${number(filled / best.raw)} of raw`,
    aim: atLeast(filled / best.raw, 0.5, 'of raw'),
  });
  const memory = server.residentMegabytes();
  lines.push({ what: 'resident memory', found: `${number(memory)} MB`, aim: atMost(memory, 150, 'MB') });
  await server.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

printTable(lines);
