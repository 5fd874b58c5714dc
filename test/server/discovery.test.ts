import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'mocha';
import { findStationServers } from '../../src/extension/operator/discovery.ts';
import { until } from '../e2e/support/until.ts';
import { pythons } from './pythons.ts';

const script = join(import.meta.dirname, '../fixtures/stationServer.py');

describe('looking for OpenHTF station servers', function () {
  this.timeout(60_000);

  it('finds an OpenHTF station server on this computer once by multicast', async () => {
    const stationId = `BENCH-${process.pid}`;
    const [newest] = pythons();
    assert.ok(newest);
    const child = spawn(newest, [script, stationId], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(createInterface(child.stdout), 'line');
      // It says that it listens before its discovery does.
      const [server, ...others] = await until(async () => {
        const found = (await findStationServers()).filter((each) => each.stationId === stationId);
        return found.length > 0 && found;
      });
      assert.ok(server);
      assert.deepEqual(others, []);
      assert.match(server.address, /^127\.0\.0\.1:\d+$/);
      assert.equal(server.testName, null);
      const page = await fetch(`http://${server.address}/sub/station/info`);
      assert.equal(page.status, 200);
      await page.body?.cancel();
    } finally {
      child.stdin.end();
      await once(child, 'exit');
    }
  });
});
