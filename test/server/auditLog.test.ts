import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { AuditLog } from '../../src/server/auditLog.ts';
import type { Caller } from '../../src/server/http/authentication.ts';
import { listAuditEntries } from '../../src/server/store/auditEntries.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { listUsers } from '../../src/server/store/users.ts';
import { maxAuditInputLength } from '../../src/shared/contract/audit.ts';
import type { Operation } from '../../src/shared/contract/operation.ts';
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
    const log = new AuditLog(opened.writer);
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
    await new AuditLog(opened.writer).record(stations.create, call('x'.repeat(2 * maxAuditInputLength)), () =>
      Promise.resolve({}),
    );
    assert.equal((await newest())?.input.length, maxAuditInputLength);
  });

  it('has one refusal by role of each account and operation in a minute', async () => {
    const { store, writer } = openStore(join(temporaryFolder(), 'stations.db'));
    let nowMs = 0;
    const log = new AuditLog(writer, () => nowMs);
    const [user] = await listUsers(store);
    assert.ok(user);
    const refuse = async (operation: Operation) => {
      await log.recordRoleRefusal(operation, { kind: 'user', ...user }, { id: 'x' });
      return (await listAuditEntries(store, {}, { limit: 100, cursor: 0 })).length;
    };
    assert.equal(await refuse(stations.create), 1);
    for (let call = 0; call < 1_000; call++) await refuse(stations.create);
    assert.equal(await refuse(stations.create), 1);
    assert.equal(await refuse(stations.remove), 2);
    nowMs = 59_999;
    assert.equal(await refuse(stations.create), 2);
    nowMs = 60_000;
    assert.equal(await refuse(stations.create), 3);
    const [newest] = await listAuditEntries(store, {}, { limit: 1, cursor: 0 });
    assert.deepEqual([newest?.operation, newest?.outcome, newest?.input], ['stations.create', 'refused', '{"id":"x"}']);
    await store.destroy();
    await log.recordRoleRefusal(stations.update, { kind: 'user', ...user }, {});
  });

  it('lets nothing be changed that it cannot record', async () => {
    const { store, writer } = openStore(join(temporaryFolder(), 'stations.db'));
    await store.destroy();
    await assert.rejects(new AuditLog(writer).record(stations.create, call('Bench 3'), () => assert.fail('made')));
  });
});
