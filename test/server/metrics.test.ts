import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import parsePrometheus from 'parse-prometheus-text-format';
import * as z from 'zod';
import { createMetrics } from '../../src/server/metrics/metrics.ts';
import { local } from '../../src/shared/contract/local.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServer, useServerProcess } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';
import { openSse } from './sse.ts';
import { runServerProgram, temporaryFolder } from './support.ts';

const token = 'a-token-of-the-monitoring-system-of-the-tests';

const labels = z.record(z.string(), z.string()).default({});
const families = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.string(),
    metrics: z.array(
      z.object({
        value: z.string().optional(),
        labels,
        buckets: z.record(z.string(), z.string()).optional(),
      }),
    ),
  }),
);

/** Returns the families of metrics by name, as a parser of another author reads them. */
const parse = (text: string) => new Map(families.parse(parsePrometheus(text)).map((each) => [each.name, each]));

describe('the metrics of the server', function () {
  this.timeout(60_000);
  const bench = useServer();
  const read = async () => {
    const reply = await send(bench.server.url, 'GET', '/metrics');
    assert.equal(reply.status, 200, reply.text);
    return { text: reply.text, found: parse(reply.text) };
  };
  const value = (found: ReturnType<typeof parse>, name: string): number =>
    Number(found.get(`test_stations_${name}`)?.metrics[0]?.value);

  it('count requests by route and status, stored runs, and pushes with their duration', async () => {
    await bench.procedure('Functional test', 'FVT1');
    await read();
    for (const serial of ['SN-1', 'SN-2', 'SN-3']) {
      await bench.user.call(v1.createRun, { body: passedRun('FVT1', serial) });
    }
    await bench.user.send(v1.createRun, { body: {} });
    const { found, text } = await read();
    const counted = found.get('test_stations_requests_total')?.metrics ?? [];
    const count = (status: string) =>
      counted.find((each) => each.labels['route'] === '/api/v1/runs' && each.labels['status'] === status)?.value;
    assert.equal(count('200'), '3');
    assert.equal(count('400'), '1');
    assert.equal(value(found, 'runs'), 3);
    const [pushes] = found.get('test_stations_push_duration_seconds')?.metrics ?? [];
    assert.equal(pushes?.buckets?.['+Inf'], '4');
    assert.ok(text.includes('test_stations_push_duration_seconds_count{route="/api/v1/runs"} 4\n'), text);
    assert.ok(Number(found.get('process_resident_memory_bytes')?.metrics[0]?.value) > 0);
    assert.ok(found.has('nodejs_eventloop_lag_p99_seconds'));
  });

  it('count the open event streams', async () => {
    const before = value((await read()).found, 'event_streams');
    const stream = await openSse(bench.server.url, '/api/local/events', adminKey, z.unknown());
    await stream.next();
    assert.equal(value((await read()).found, 'event_streams'), before + 1);
    await stream.close();
  });

  it('contain nothing that a client chose, however many paths and names it invents', async () => {
    const names = Array.from({ length: 50 }, () => `SECRET-${randomUUID()}`);
    for (const name of names) {
      await bench.user.send(v1.createRun, { body: passedRun('FVT1', name) });
      for (const path of [`/${name}`, `/api/v1/units/${name}`, `/api/v2/runs/${name}`]) {
        await send(bench.server.url, 'DELETE', path, { key: `key-${name}` });
      }
    }
    const { text, found } = await read();
    assert.ok(!text.includes('SECRET'));
    assert.ok((found.get('test_stations_requests_total')?.metrics.length ?? 99) < 20);
  });

  it('are for this machine only, and not for the clients of a proxy on it', async () => {
    for (const name of ['X-Forwarded-For', 'Forwarded']) {
      const reply = await send(bench.server.url, 'GET', '/metrics', { headers: { [name]: 'for=192.0.2.1' } });
      assert.equal(reply.status, 403, reply.text);
    }
  });
});

describe('the metrics of a server with a public URL', function () {
  const bench = useServerProcess({}, ['--public-url', 'https://stations.example.com']);

  it('are refused without a token, because clients of the proxy come from this machine', async () => {
    const reply = await send(bench.server.url, 'GET', '/metrics', { key: adminKey });
    assert.equal(reply.status, 403);
    assert.match(reply.text, /TEST_STATIONS_METRICS_TOKEN/);
  });
});

describe('the metrics of a server with a token for them', function () {
  this.timeout(60_000);
  const bench = useServerProcess({ TEST_STATIONS_METRICS_TOKEN: token }, [
    '--public-url',
    'https://stations.example.com',
  ]);

  it('need the token, which opens nothing else', async () => {
    for (const key of [undefined, adminKey, `${token}x`, token.slice(1)]) {
      const reply = await send(bench.server.url, 'GET', '/metrics', key === undefined ? {} : { key });
      assert.equal(reply.status, 401, reply.text);
    }
    assert.equal((await send(bench.server.url, 'GET', '/metrics', { key: token })).status, 200);
    assert.equal((await send(bench.server.url, 'GET', '/api/v2/runs', { key: token })).status, 401);
    assert.equal((await send(bench.server.url, 'POST', local.shutdown.path, { key: token })).status, 403);
  });

  it('do not start with a short token', async () => {
    const env = { TEST_STATIONS_METRICS_TOKEN: 'short' };
    const { code, stderr } = await runServerProgram(['--data', temporaryFolder()], env);
    assert.equal(code, 2);
    assert.match(stderr, /must have 32 to 200/);
    assert.ok(!stderr.includes('short '));
  });
});

describe('the text of the metrics', () => {
  it('reports durations of pushes in seconds, in the right buckets', async () => {
    const none = () => 0;
    const metrics = createMetrics({
      runs: () => Promise.resolve(7),
      waitingWrites: () => 3,
      eventStreams: none,
      operatorStreams: none,
      mqttConnections: none,
      openUploads: none,
    });
    for (const durationMs of [4, 40, 400, 40_000]) {
      metrics.observe({ method: 'POST', route: v1.createRun.path, status: 200, durationMs });
    }
    const found = parse(await metrics.text());
    const [pushes] = found.get('test_stations_push_duration_seconds')?.metrics ?? [];
    const { 0.005: short, 0.05: middle, 0.5: long, 30: longest, '+Inf': all } = pushes?.buckets ?? {};
    assert.deepEqual([short, middle, long, longest, all], ['1', '2', '3', '3', '4']);
    assert.equal(found.get('test_stations_waiting_writes')?.metrics[0]?.value, '3');
  });
});
