import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, describe, it } from 'mocha';
import { findOrStartServer, isServerRunning } from '../../src/extension/connection/serverProcess.ts';
import { isAlive } from '../../src/extension/vscode/processes.ts';
import { version } from '../../src/server/version.ts';
import { local, type ServerAddress, serverAddress } from '../../src/shared/contract/local.ts';
import { serverProgram, startServer, temporaryFolder } from './support.ts';

describe('another program on the port of a server that was killed', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const requests: string[] = [];
  let impostor: Server | undefined;
  const started: ServerAddress[] = [];
  after(() => {
    impostor?.close();
    for (const { pid } of started) if (isAlive(pid)) process.kill(pid);
  });

  it('does not treat another program on the last port as the server', async () => {
    const server = await startServer(folder);
    const health = await (await fetch(server.url + local.health.path)).text();
    assert.ok(await isServerRunning(server.address));
    await server.kill();

    // A stand-in for a program of another account on the machine.
    impostor = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(health);
    });
    const { port } = new URL(server.url);
    await new Promise<void>((done) => impostor?.listen(Number(port), '127.0.0.1', done));
    assert.equal(serverAddress.parse(JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8'))).url, server.url);

    assert.equal(await isServerRunning(server.address), false);
    const { address } = await findOrStartServer({ program: serverProgram, version, dataFolder: folder });
    started.push(address);
    assert.notEqual(address.url, server.url);
    assert.equal(address.instance, server.address.instance);
    assert.ok(await isServerRunning(address));
    assert.deepEqual(requests, []);
  });
});
