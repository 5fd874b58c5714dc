import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'mocha';
import { failureAnswer } from '../../src/server/http/answers.ts';
import { errorAnswer, v1ErrorAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServer } from './bench.ts';
import { send, TestClient } from './requests.ts';
import { startServer, temporaryFolder } from './support.ts';

/** Sends a request whose `Host` header is not the server's: `fetch` does not allow that. */
function statusForHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const sent = request(`${url}/api/local/health`, { headers: { host } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    sent.on('error', fail).end();
  });
}

describe('HTTP', function () {
  this.timeout(60_000);
  const bench = useServer();
  const unknownKey = () => new TestClient(bench.server.url, 'tsu_unknown-key');

  it('answers v1 errors in the v1 shape with the exact content type that the official client expects', async () => {
    const replies = [
      await unknownKey().send(v1.createRun, { body: {} }),
      await bench.user.send(v1.createRun, { body: {} }),
      await send(bench.server.url, 'GET', '/api/v1/nothing', { key: adminKey }),
      await send(bench.server.url, 'POST', '/api/v1/runs', { key: adminKey, body: '{"unit_under_test":' }),
    ];
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401, 400, 404, 400],
    );
    for (const reply of replies) {
      assert.equal(reply.headers.get('content-type'), 'application/json');
      assert.ok(v1ErrorAnswer.parse(reply.json()).error.message.length > 20, reply.text);
    }
    assert.match(replies[1]?.text ?? '', /unit_under_test: .*run_passed: /);
  });

  it('answers other errors with message, code and issues', async () => {
    const codeOf = async (sent: ReturnType<typeof send>) => {
      const reply = await sent;
      return [reply.status, errorAnswer.parse(reply.json()).code];
    };
    assert.deepEqual(await codeOf(unknownKey().send(stations.list)), [401, 'UNAUTHORIZED']);
    assert.deepEqual(await codeOf(new TestClient(bench.server.url).send(stations.list)), [401, 'UNAUTHORIZED']);
    assert.deepEqual(await codeOf(send(bench.server.url, 'GET', '/favicon.ico')), [404, 'NOT_FOUND']);
    assert.deepEqual(await codeOf(send(bench.server.url, 'DELETE', '/api/local/health')), [404, 'NOT_FOUND']);
    assert.deepEqual(await codeOf(bench.user.send(stations.create, { body: '{' })), [400, 'BAD_REQUEST']);
    assert.deepEqual(await codeOf(bench.user.send(stations.create)), [400, 'BAD_REQUEST']);
  });

  it('reports one issue for each invalid field', async () => {
    const reply = await bench.user.send(stations.create, { body: { name: ' ', procedure_id: 'FVT1' } });
    const { message, issues } = errorAnswer.parse(reply.json());
    assert.equal(message, 'Input validation failed');
    assert.deepEqual(issues, [
      { path: ['name'], message: 'The name must not be empty.' },
      { path: ['procedure_id'], message: 'Invalid UUID' },
    ]);
    const query = await bench.user.send(stations.list, { query: { limit: '0', cursor: 'x' } });
    assert.equal(errorAnswer.parse(query.json()).issues?.length, 2);
  });

  it('checks the key, the form of the path, the kind of key and the body in this order', async () => {
    const station = await bench.station('Order');
    const malformed = { params: { id: 'no-uuid' }, body: { name: '' } };
    assert.equal((await unknownKey().send(stations.update, malformed)).status, 401);
    assert.equal((await station.client.send(stations.update, malformed)).status, 400);
    const wellFormed = { ...malformed, params: { id: station.id } };
    assert.equal((await station.client.send(stations.update, wellFormed)).status, 403);
    assert.equal((await bench.user.send(stations.update, wellFormed)).status, 400);
  });

  it('accepts double slashes, as from a TOFUPILOT_URL with a trailing slash', async () => {
    const reply = await send(bench.server.url, 'GET', '//api/v1//runs?serial_number=SN1', { key: adminKey });
    assert.equal(reply.status, 200);
    assert.equal(reply.text, '[]');
  });

  it('answers only to its own hosts', async () => {
    const { url } = bench.server;
    const { port } = new URL(url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      assert.equal(await statusForHost(url, host), 200, host);
    }
    const strangers = ['evil.example', `evil.example:${port}`, '127.0.0.1', 'localhost:1', `10.0.0.1:${port}`];
    for (const host of strangers) assert.equal(await statusForHost(url, host), 403, host);
  });

  it('accepts IP addresses but no foreign names when it listens on all addresses', async () => {
    const server = await startServer(temporaryFolder(), { TEST_STATIONS_ADMIN_KEY: adminKey }, ['--host', '0.0.0.0']);
    const { port } = new URL(server.url);
    assert.equal(await statusForHost(server.url, `10.0.0.1:${port}`), 200);
    assert.equal(await statusForHost(server.url, `evil.example:${port}`), 403);
    await server.stop();
  });

  it('lets no web page of another origin read its answers', async () => {
    const reply = await send(bench.server.url, 'GET', '/api/local/health', {
      headers: { Origin: 'https://evil.example' },
    });
    assert.equal(reply.headers.get('access-control-allow-origin'), null);
    const preflight = await send(bench.server.url, 'OPTIONS', '/api/v2/stations', {
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    assert.equal(preflight.status, 404);
  });

  it('refuses a body above 10 MiB with 413 and continues', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) });
    const reply = await bench.user.send(stations.create, { body });
    assert.equal(reply.status, 413);
    assert.equal(errorAnswer.parse(reply.json()).code, 'PAYLOAD_TOO_LARGE');
    assert.equal((await bench.user.send(local.health)).status, 200);
  });

  it('does not blame the client for a connection to its database that is lost', () => {
    const answerTo = (message: string): number =>
      failureAnswer('POST', '/api/v1/runs', Object.assign(new Error(message), { code: 'ECONNRESET' })).status;
    assert.deepEqual([answerTo('read ECONNRESET'), answerTo('aborted')], [500, 503]);
  });
});
