import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { findOrStartServer } from '../../src/extension/connection/serverProcess.ts';
import { isAlive } from '../../src/extension/vscode/processes.ts';
import { version } from '../../src/server/version.ts';
import { events } from '../../src/shared/contract/events.ts';
import { local, serverFile } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { send, TestClient } from './requests.ts';
import { passedRun } from './runs.ts';
import { serverProgram } from './support.ts';

describe('the request to end the server', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const file = (): string => join(bench.folder, 'server.json');
  const written = () => serverFile.parse(JSON.parse(readFileSync(file(), 'utf8')));
  const token = (): string => written().stop_token ?? assert.fail('server.json has no token');
  const { path } = local.shutdown;

  it('refuses to stop without the stop token, also with a user key or a station key', async () => {
    const station = await bench.station('Bench');
    const changed = token().slice(0, -1) + (token().endsWith('A') ? 'B' : 'A');
    for (const key of [undefined, adminKey, station.key, changed, `${token()}A`]) {
      const reply = await send(bench.server.url, 'POST', path, key === undefined ? {} : { key });
      assert.equal(reply.status, 403, reply.text);
    }
    const get = await send(bench.server.url, 'GET', path, { key: token() });
    assert.equal(get.status, 404, get.text);
    assert.equal((await bench.user.send(local.health)).status, 200);
  });

  it('stops with the token after a push in progress, and starts again with another token', async () => {
    const procedure = await bench.procedure('Functional test', 'FVT1');
    const station = await bench.station('Pusher', procedure);
    const body = JSON.stringify(passedRun('FVT1'));
    const before = token();
    await bench.restart(async (server) => {
      const push = request(server.url + v1.createRun.path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${station.key}`, 'Content-Type': 'application/json', Expect: '100-continue' },
      });
      const status = new Promise<number | undefined>((done, failed) => {
        push.once('error', failed);
        push.once('response', (answer) => {
          answer.resume();
          done(answer.statusCode);
        });
      });
      const isTaken = new Promise<void>((done) => push.once('continue', done));
      push.flushHeaders();
      await isTaken;
      const { instance } = await new TestClient(server.url, before).call(local.shutdown);
      assert.equal(instance, server.address.instance);
      push.end(body);
      assert.equal(await status, 200);
      const { code, stderr, stdout } = await server.ended;
      assert.equal(code, 0, stderr);
      assert.ok(!`${stdout}${stderr}`.includes(before));
    });
    assert.notEqual(token(), before);
    assert.equal((await bench.user.call(runs.list)).data.length, 1);
  });

  it('ends event streams with the time after which to reconnect', async () => {
    await bench.restart(async (server) => {
      const stream = await fetch(server.url + events.stream.path, { headers: { Authorization: `Bearer ${adminKey}` } });
      const [text] = await Promise.all([stream.text(), server.stop()]);
      assert.match(text, /\nretry: \d+\n\n$/);
    });
  });

  for (const hasToken of [true, false]) {
    it(`lets a window replace an older server ${hasToken ? 'with' : 'without'} a stop token`, async () => {
      await bench.restart(async (server) => {
        const { stop_token, ...address } = written();
        // With the token, another process has the number: it must get no signal.
        const other = { ...address, version: '0.0.0', ...(hasToken ? { stop_token, pid: process.pid } : {}) };
        writeFileSync(file(), JSON.stringify(other));
        const started = await findOrStartServer({ program: serverProgram, version, dataFolder: bench.folder });
        assert.equal((await server.ended).code, 0);
        assert.equal(started.address.instance, address.instance);
        assert.notEqual(started.address.pid, address.pid);
        await new TestClient(started.address.url, token()).call(local.shutdown);
        while (isAlive(started.address.pid)) await delay(20);
      });
    });
  }
});
