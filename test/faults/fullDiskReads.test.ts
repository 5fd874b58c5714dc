import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, it } from 'mocha';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { Operation } from '../../src/shared/contract/operation.ts';
import { operations } from '../../src/shared/contract/operations.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey } from '../server/bench.ts';
import { TestClient } from '../server/requests.ts';
import { startServer, temporaryFolder, type TestServer } from '../server/support.ts';
import { useSmallDisk } from './smallDisk.ts';

const day = 24 * 3_600_000;
/** All but the one that answers whether the server can store something. */
const reads = operations.filter((each) => each.method === 'GET' && each !== local.ready);

describe('reading while the disk is full', function () {
  this.timeout(120_000);
  const disk = useSmallDisk(24);
  const shift = join(temporaryFolder(), 'shift');
  const setClock = (millis: number): void => writeFileSync(shift, String(millis));
  setClock(0);
  const preload = pathToFileURL(join(import.meta.dirname, 'shiftedDate.ts')).href;
  let server: TestServer | undefined;
  afterEach(() => server?.stop());

  it('goes on for all routes and both kinds of keys, over minutes and days', async () => {
    server = await startServer(join(disk.folder, 'data'), {
      TEST_STATIONS_ADMIN_KEY: adminKey,
      SHIFT_FILE: shift,
      NODE_OPTIONS: `--import=${preload} --disable-warning=MODULE_TYPELESS_PACKAGE_JSON`,
    });
    const { url } = server;
    const user = new TestClient(url, adminKey);
    const procedure = await user.call(procedures.create, { body: { name: 'Disk', identifier: 'DISK' } });
    const station = await user.call(stations.create, { body: { name: 'Bench' } });
    await user.call(local.linkProcedure, { params: { id: station.id, procedure_id: procedure.id } });
    const { api_key } = await user.call(local.generateKey, { params: { id: station.id } });
    await user.call(presence.heartbeat, { params: { id: station.id }, body: {} });
    const body = {
      unit_under_test: { serial_number: 'SN-1', part_number: 'PCBA01' },
      run_passed: true,
      procedure_id: 'DISK',
    };
    const run = idAnswer.parse((await new TestClient(url, api_key).send(v1.createRun, { body })).json());
    const { unit } = await user.call(runs.get, { params: { id: run.id } });
    const ids = [station.id, procedure.id, run.id, unit.id, 'SN-1', 'PCBA01'];

    /** What each read answers, by its path and the kind of key. */
    const statuses = async (): Promise<Map<string, number>> => {
      const found = new Map<string, number>();
      for (const operation of reads) {
        for (const path of pathsOf(operation, ids)) {
          for (const [kind, key] of [
            ['user', adminKey],
            ['station', api_key],
          ]) {
            const reply = await fetch(url + path, { headers: { Authorization: `Bearer ${key}` } });
            await reply.body?.cancel();
            found.set(`${path} with a ${kind} key`, reply.status);
          }
        }
      }
      return found;
    };
    const before = await statuses();
    assert.ok([...before.values()].filter((status) => status === 200).length > 30);
    assert.equal(before.get(`${uptime.fleet.path} with a user key`), 200);

    assert.equal((await user.send(local.ready)).status, 200);

    for (let size = 1024 * 1024; size >= 1; size /= 2) {
      for (let n = 0; ; n++) {
        try {
          writeFileSync(join(disk.folder, `ballast-${size}-${n}`), Buffer.alloc(size));
        } catch {
          break;
        }
      }
    }
    for (const passed of [61_000, 2 * 61_000, 3 * day, 3 * day + 61_000]) {
      setClock(passed);
      assert.deepEqual(await statuses(), before, `after ${passed / 1000} s`);
      const { days } = await user.call(uptime.fleet, { query: {} });
      assert.ok(days.dates.length > 0);
    }
    const reply = await user.send(local.ready);
    assert.equal(reply.status, 503);
    assert.match(reply.text, /disk/);
    const logged = server
      .stderr()
      .split('\n')
      .filter((line) => line.includes('could not be stored'));
    assert.ok(logged.length > 0, 'the disk was not full');
  });
});

/** The paths of an operation, with each of these ids for its parameters. */
function pathsOf({ path }: Operation, ids: readonly string[]): string[] {
  const dated = path.replace('{date}', new Date().toISOString().slice(0, 10));
  return [...new Set(ids.map((id) => dated.replace(/\{\w+\}/g, id)))];
}
