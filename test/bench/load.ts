import { Agent, request } from 'node:http';
import { benchKey, type BundledServer } from './bundle.ts';
import { sampleRun } from './sampleRun.ts';

const connections = 16;
let pushed = 0;

export const send = (agent: Agent, url: string, method: string, body?: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${benchKey}`,
      ...(body ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}),
    };
    const sent = request(url, { method, agent, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (reply.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${url}: ${reply.statusCode} ${text}`));
      });
      reply.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Pushes so many runs over 16 connections that stay open. @returns runs a second */
export async function ingest({ url }: Pick<BundledServer, 'url'>, procedure: string, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  // Made before, so that only the server's time counts.
  const bodies = Array.from({ length: count }, () => Buffer.from(JSON.stringify(sampleRun(procedure, (pushed += 1)))));
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let body = bodies.pop(); body; body = bodies.pop()) await send(agent, `${url}/api/v2/runs`, 'POST', body);
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return count / seconds;
}

export interface Latency {
  what: string;
  p50: number;
  p99: number;
}

/** The latency of reading calls, one at a time. @param only a text in the names of those to measure */
export async function measureReads(
  { url }: BundledServer,
  runs: number,
  procedures: string[],
  only = '',
): Promise<Latency[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const any = (n: number): number => (n * 7919) % runs;
  const time = (n: number): string => new Date(Date.UTC(2020, 0, 1) + n * 60_000).toISOString();
  const first: unknown = JSON.parse(await send(agent, `${url}/api/v2/runs?limit=1`, 'GET'));
  const runId = /"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(first))?.[1] ?? '';
  const calls: [string, (n: number) => string][] = [
    ['get', () => `runs/${runId}`],
    ['list: newest', () => 'runs'],
    ['list: 100 a page', () => 'runs?limit=100'],
    ...['started_at', 'created_at', 'duration', 'outcome', 'serial_number', 'part_number', 'revision_number'].flatMap(
      (sort): [string, () => string][] =>
        ['asc', 'desc'].map((order) => [`list: by ${sort} ${order}`, () => `runs?sort_by=${sort}&sort_order=${order}`]),
    ),
    ['list: deep page (half way)', () => `runs?cursor=${Math.floor(runs / 2)}`],
    ['list: serial number', (n) => `runs?serial_numbers=SN-${any(n)}`],
    ['list: search, part of a serial number', (n) => `runs?search_query=n-${any(n)}`],
    ['list: search, found in most', () => 'runs?search_query=sn-'],
    ['list: search, two characters', (n) => `runs?search_query=${10 + (n % 90)}`],
    ['list: search, not found', (n) => `runs?search_query=nowhere-${n}`],
    ['list: search, beginning of an id', () => `runs?search_query=${runId.slice(0, 8)}`],
    ['list: outcome of many', () => 'runs?outcomes=PASS'],
    ['list: outcomes of few', () => 'runs?outcomes=FAIL&outcomes=ERROR'],
    ['list: outcome of none', () => 'runs?outcomes=TIMEOUT'],
    ['list: procedure', (n) => `runs?procedure_ids=${procedures[n % 2] ?? ''}`],
    ['list: procedure without runs', () => `runs?procedure_ids=${crypto.randomUUID()}`],
    ['list: version', () => 'runs?procedure_versions=1.0.0'],
    ['list: part', (n) => `runs?part_numbers=PCBA-${n % 10}`],
    [
      'list: three parts',
      (n) => `runs?part_numbers=PCBA-${n % 10}&part_numbers=PCBA-${(n + 3) % 10}&part_numbers=PCBA-${(n + 5) % 10}`,
    ],
    ['list: revision', () => 'runs?revision_numbers=A'],
    ['list: batch', (n) => `runs?batch_numbers=B-${n % 100}`],
    ['list: station of none', () => `runs?created_by_station_ids=${crypto.randomUUID()}`],
    ['list: operator of none', () => 'runs?operated_by_ids=nobody'],
    ['list: started within a day', (n) => `runs?started_after=${time(any(n))}&started_before=${time(any(n) + 1440)}`],
    ['list: ended before', (n) => `runs?ended_before=${time(any(n))}`],
    ['list: created after', () => `runs?created_after=${time(runs - 10)}`],
    ['list: duration', () => 'runs?duration_min=PT1M0.5S&duration_max=PT1M0.6S'],
    ['list: longest of all', () => 'runs?duration_min=PT2H'],
    [
      'list: part, batch and outcome',
      (n) => `runs?part_numbers=PCBA-${n % 10}&batch_numbers=B-${n % 100}&outcomes=FAIL`,
    ],
    ['list: part, by duration', (n) => `runs?part_numbers=PCBA-${n % 10}&sort_by=duration`],
    [
      'list: metadata',
      (n) => `runs?metadata=${encodeURIComponent(JSON.stringify({ fixture: { in: [`F-${n % 50}`] } }))}`,
    ],
    ['phases', (n) => `phases?procedure_id=${procedures[n % 2] ?? ''}`],
    ['phases: failed', (n) => `phases?procedure_id=${procedures[n % 2] ?? ''}&outcomes=FAIL`],
    ['phases: by duration', (n) => `phases?procedure_id=${procedures[n % 2] ?? ''}&sort_by=duration`],
    [
      'phases: duration',
      (n) => `phases?procedure_id=${procedures[n % 2] ?? ''}&duration_min=PT1M0.5S&duration_max=PT1M0.6S`,
    ],
    ['phases: longest runs', (n) => `phases?procedure_id=${procedures[n % 2] ?? ''}&duration_min=PT1M0.999S`],
    ['measurements', (n) => `measurements?procedure_id=${procedures[n % 2] ?? ''}`],
    ['logs', () => 'logs'],
    ['logs: search, not found', (n) => `logs?search_query=nowhere-${n}`],
    ['stations', () => 'stations'],
    ['procedures', () => 'procedures'],
    ['units', () => 'units'],
    ['parts', () => 'parts'],
    ['batches', () => 'batches'],
  ];
  const latencies: Latency[] = [];
  for (const [what, path] of calls.filter(([name]) => name.includes(only)))
    latencies.push({ what, ...(await latency((n) => send(agent, `${url}/api/v2/${path(n)}`, 'GET'))) });
  agent.destroy();
  return latencies;
}

/** Of 300 calls, or of as many as fit into five seconds; the first ones only warm up. */
export async function latency(call: (n: number) => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const millis: number[] = [];
  const end = performance.now() + 5000;
  for (let n = 0; n < 305 && (n < 10 || performance.now() < end); n += 1) {
    const start = performance.now();
    await call(n);
    if (n >= 5) millis.push(performance.now() - start);
  }
  millis.sort((a, b) => a - b);
  const at = (share: number): number => millis[Math.min(millis.length - 1, Math.floor(millis.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
