import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { serverExit } from '../../src/shared/contract/local.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { eventually } from '../e2e/support/until.ts';
import { startTraceCollector, type TraceCollector } from '../support/traceCollector.ts';
import { useServerProcess } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, temporaryFolder } from './support.ts';

const client = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

describe('the traces of the server', function () {
  this.timeout(60_000);
  const env: NodeJS.ProcessEnv = { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=the%20key%20of%20the%20collector' };
  let collector: TraceCollector;
  before(async () => {
    collector = await startTraceCollector();
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  });
  const bench = useServerProcess(env);
  after(() => collector.stop());

  /** Ends the server, which sends what it has recorded, and returns all spans. */
  async function recorded() {
    await bench.restart((server) => server.stop());
    return collector.spans;
  }

  it('have a span of each request, of its push, and of the transaction that stored it', async () => {
    await bench.procedure('Functional test', 'FVT1');
    await bench.user.call(v1.createRun, { body: passedRun('FVT1', 'SECRET-1') });
    const spans = await recorded();
    const request = spans.find(({ name }) => name === 'POST /api/v1/runs');
    assert.ok(request);
    assert.deepEqual(request.attributes, {
      'http.request.method': 'POST',
      'http.route': '/api/v1/runs',
      'http.response.status_code': 200,
    });
    assert.deepEqual([request.kind, request.parentSpanId, request.status.code], [2, '', 0]);
    const write = spans.find(({ name, parentSpanId }) => name === 'write' && parentSpanId === request.spanId);
    const push = spans.find(({ name }) => name === 'push');
    assert.deepEqual([push?.traceId, push?.parentSpanId], [request.traceId, write?.spanId]);
    const transaction = spans.find(({ links }) => links.some(({ spanId }) => spanId === write?.spanId));
    assert.deepEqual([transaction?.name, transaction?.attributes], ['transaction', { 'test_stations.changes': 1 }]);
    assert.equal(transaction?.parentSpanId, '');
    assert.ok(BigInt(push?.startTimeUnixNano ?? 0) >= BigInt(transaction.startTimeUnixNano));
    assert.equal(collector.resources[0]?.['service.name'], 'test-stations');
    assert.equal(collector.headers[0]?.['x-api-key'], 'the key of the collector');
  });

  it('contain no names, serial numbers, ids, keys or messages, and mark only failures of the server', async () => {
    const secret = `SECRET-${crypto.randomUUID()}`;
    for (const path of [`/${secret}`, `/api/v2/runs/${secret}`, `/api/v2/units/${secret}?name=${secret}`]) {
      await send(bench.server.url, 'GET', path, { key: secret });
    }
    await bench.user.send(v1.createRun, { body: passedRun(secret, secret) });
    const spans = await recorded();
    assert.doesNotMatch(collector.texts.join(), /SECRET/);
    const refused = spans.find(({ attributes }) => attributes['http.response.status_code'] === 404);
    assert.equal(refused?.status.code, 0);
    assert.deepEqual(
      spans.flatMap(({ events }) => events),
      [],
    );
    assert.deepEqual(
      [...new Set(spans.map(({ name }) => name.split(' ').at(-1) ?? ''))].filter((name) => /\d{4}|-/.test(name)),
      [],
    );
  });

  it('belong to the trace of a client that sends one, and ignore a header that is none', async () => {
    const at = (traceparent: string, path: string) =>
      fetch(`${bench.server.url}${path}`, { headers: { traceparent, tracestate: 'SECRET=1' } });
    await at(`00-${client.traceId}-${client.spanId}-01`, '/live');
    await at('SECRET', '/api/local/health');
    const spans = await recorded();
    assert.ok(spans.some((each) => each.traceId === client.traceId && each.parentSpanId === client.spanId));
    const health = spans.filter(({ name }) => name === 'GET /api/local/health');
    assert.ok(health.length > 0);
    for (const each of health) assert.equal(each.parentSpanId, '');
    assert.doesNotMatch(collector.texts.join(), /SECRET/);
  });

  it('have one transaction for changes that are stored together', async () => {
    collector.spans.length = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => bench.user.call(v1.createRun, { body: passedRun('FVT1', `UNIT-${n}`) })),
    );
    const spans = await recorded();
    const transactions = spans.filter(({ name }) => name === 'transaction');
    const linked = transactions.flatMap(({ links }) => links.map(({ spanId }) => spanId));
    for (const { spanId } of spans.filter(({ name }) => name === 'write')) assert.ok(linked.includes(spanId));
    for (const { links, attributes } of transactions) assert.equal(attributes['test_stations.changes'], links.length);
  });
});

describe('a collector of traces that does not work', function () {
  this.timeout(60_000);
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => {})));
  const env: NodeJS.ProcessEnv = {};
  before(async () => {
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('A server on a port has no port.');
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${address.port}`;
  });
  const bench = useServerProcess(env);
  after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('never answers, and no request, push or stop waits for it', async () => {
    await bench.procedure('Functional test', 'FVT1');
    for (let count = 0; count < 600; count++) await fetch(`${bench.server.url}/live`);
    await bench.user.call(v1.createRun, { body: passedRun('FVT1') });
    await bench.restart(async (server) => assert.equal((await server.stop()).code, 0));
    assert.ok(sockets.size > 0);
  });

  it('refuses connections, which the log says, and results are stored all the same', async () => {
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://127.0.0.1:9';
    await bench.restart((server) => server.stop());
    await bench.user.call(v1.createRun, { body: passedRun('FVT1') });
    const message = /Traces could not be sent to the collector, and the server continues without them/;
    await eventually(() => assert.match(bench.server.stderr(), message));
    assert.equal((await bench.user.send(v1.createRun, { body: passedRun('FVT1') })).status, 200);
  });

  it('with an address that is none is refused at the start', async () => {
    const folder = temporaryFolder();
    const byOption = await runServerProgram(['--data', folder, '--otlp-endpoint', 'collector:4318']);
    assert.equal(byOption.code, serverExit.usage);
    assert.match(byOption.stderr, /--otlp-endpoint must be the address of a collector, such as http:/);
    const byVariable = await runServerProgram(['--data', folder], { OTEL_EXPORTER_OTLP_ENDPOINT: 'x' });
    assert.match(byVariable.stderr, /OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a collector/);
  });
});
