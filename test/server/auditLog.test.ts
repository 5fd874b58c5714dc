import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { AuditLog } from '../../src/server/auditLog.ts';
import type { Caller } from '../../src/server/http/authentication.ts';
import { listAuditEntries } from '../../src/server/store/auditEntries.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { listUsers } from '../../src/server/store/users.ts';
import { maxAuditInputLength } from '../../src/shared/contract/audit.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { temporaryFolder } from './support.ts';

describe('the audit log', () => {
  let opened: ReturnType<typeof openStore>;
  let caller: Caller;
  before(async () => {
    opened = openStore(join(temporaryFolder(), 'stations.db'));
    const [user] = await listUsers(opened.store);
    assert.ok(user);
    caller = { kind: 'user', ...user };
  });
  after(() => opened.store.destroy());

  const newest = async () => (await listAuditEntries(opened.store, {}, { limit: 1, cursor: 0 }))[0];
  const call = (name: string) => ({ caller, params: {}, query: {}, body: { name } });

  it('has a change before it is made, and its end after it', async () => {
    const log = new AuditLog(opened.store);
    const id = crypto.randomUUID();
    const answer = await log.record(stations.create, call('Bench 1'), async () => {
      const entry = await newest();
      assert.deepEqual([entry?.operation, entry?.outcome], ['stations.create', 'started']);
      return { id };
    });
    assert.deepEqual(answer, { id });
    const entry = await newest();
    assert.deepEqual([entry?.outcome, entry?.target_id], ['done', id]);
    await assert.rejects(
      log.record(stations.create, call('Bench 2'), () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal((await newest())?.outcome, 'refused');
  });

  it('cuts what is too long', async () => {
    await new AuditLog(opened.store).record(stations.create, call('x'.repeat(2 * maxAuditInputLength)), () =>
      Promise.resolve({}),
    );
    assert.equal((await newest())?.input.length, maxAuditInputLength);
  });

  it('lets nothing be changed that it cannot record', async () => {
    const { store } = openStore(join(temporaryFolder(), 'stations.db'));
    await store.destroy();
    await assert.rejects(new AuditLog(store).record(stations.create, call('Bench 3'), () => assert.fail('made')));
  });
});
