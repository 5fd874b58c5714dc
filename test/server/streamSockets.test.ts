import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'mocha';
import { WebSocket } from 'ws';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { startServer, temporaryFolder, type TestServer } from './support.ts';

interface Upgrade {
  path?: string;
  origin?: string;
  host?: string;
}

/** Asks for a WebSocket. @returns the status of the answer; 101 if it is given one */
async function statusOf(url: string, { path = '/mqtt', origin, host }: Upgrade): Promise<number | undefined> {
  const headers = { ...(origin === undefined ? {} : { origin }), ...(host === undefined ? {} : { host }) };
  const socket = new WebSocket(url.replace('http', 'ws') + path, 'mqtt', { headers });
  socket.on('error', () => {});
  const status = await new Promise<number | undefined>((done) => {
    socket.once('open', () => done(101));
    socket.once('unexpected-response', (_, answer) => done(answer.statusCode));
    socket.once('close', () => done(undefined));
  });
  socket.terminate();
  return status;
}

describe('the WebSockets of the live streams', function () {
  this.timeout(60_000);

  async function withServer(args: readonly string[], work: (server: TestServer) => Promise<void>): Promise<void> {
    const server = await startServer(temporaryFolder(), { TEST_STATIONS_ADMIN_KEY: adminKey }, args);
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }

  it('accepts WebSockets only for the public URL and on one path', () =>
    withServer(['--public-url', 'https://lab.example'], async ({ url }) => {
      assert.equal(await statusOf(url, {}), 101);
      assert.equal(await statusOf(url, { host: 'lab.example', origin: 'https://lab.example' }), 101);
      assert.equal(await statusOf(url, { origin: 'https://lab.example:443' }), 101);
      for (const origin of ['https://evil.example', 'http://lab.example', 'https://lab.example.evil', 'null', url, ''])
        assert.equal(await statusOf(url, { origin }), 403, origin);
      assert.equal(await statusOf(url, { host: 'evil.example' }), 403);
      for (const path of ['/', '/mqtt/', '/mqtt?x', '/api/v1/streaming', '/operator/'])
        assert.equal(await statusOf(url, { path }), 403, path);
    }));

  it('accepts no WebSockets without an https address', () =>
    withServer([], async ({ url }) => {
      assert.equal(await statusOf(url, {}), 404);
      const given = await new TestClient(url, adminKey).call(v1.streaming);
      assert.equal(given.clientOptions.transport, 'tcp');
    }));

  it('accepts WebSockets at the address that the official client receives', () =>
    withServer(['--public-url', 'https://[2001:db8::1]:8443'], async ({ url }) => {
      const given = await new TestClient(url, adminKey).call(v1.streaming);
      assert.equal(given.clientOptions.transport, 'websockets');
      assert.deepEqual(given.connectOptions, { host: '2001:db8::1', port: 8443, keepalive: 20 });
      assert.equal(given.operatorPage, 'https://[2001:db8::1]:8443/operator/');
    }));

  it('stops despite open WebSockets and silent connections', async () => {
    const server = await startServer(temporaryFolder(), {}, ['--public-url', 'https://lab.example']);
    const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(silent, 'connect');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/mqtt`, 'mqtt');
    await once(socket, 'open');
    const closed = [once(silent, 'close'), once(socket, 'close')];
    assert.equal((await server.stop()).code, 0);
    await Promise.all(closed);
  });
});
