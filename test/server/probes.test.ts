import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'mocha';
import { Readiness } from '../../src/server/readiness.ts';
import type { Engine } from '../../src/server/store/engine.ts';
import { findInstance } from '../../src/server/store/instance.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { local } from '../../src/shared/contract/local.ts';
import { useServer } from './bench.ts';
import { send } from './requests.ts';
import { temporaryFolder } from './support.ts';

describe('the probes of service managers', () => {
  const bench = useServer();

  it('report without a key that the server is live and ready', async () => {
    for (const [operation, status] of [
      [local.live, 'live'],
      [local.ready, 'ready'],
    ] as const) {
      const reply = await send(bench.server.url, 'GET', operation.path);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(operation.answer.parse(reply.json()), { status });
    }
  });

  it('leave nothing in the database', async () => {
    const database = new DatabaseSync(join(bench.folder, 'stations.db'), { readOnly: true });
    await send(bench.server.url, 'GET', local.ready.path);
    assert.deepEqual(database.prepare('select * from observers where started_at = 0').all(), []);
    database.close();
  });
});

describe('whether the server is ready', () => {
  const folder = temporaryFolder();
  let opened: Engine;
  before(() => (opened = openStore(join(folder, 'stations.db'))));
  after(() => opened.store.destroy());

  it('is no while the server starts and stops, with the reason', async () => {
    const readiness = new Readiness(opened.writer, folder);
    assert.equal(await readiness.problem(), 'The server is starting.');
    readiness.enter('running');
    assert.equal(await readiness.problem(), null);
    readiness.enter('stopping');
    assert.equal(await readiness.problem(), 'The server is stopping.');
  });

  it('is no when the store cannot be written', async () => {
    const { store: closed, writer } = openStore(join(temporaryFolder(), 'stations.db'));
    await findInstance(closed); // The store opens its connection at the first query.
    await closed.destroy();
    const readiness = new Readiness(writer, folder);
    readiness.enter('running');
    assert.match((await readiness.problem()) ?? '', /^The store cannot be written: /);
  });
});
