import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Hono } from 'hono';
import { after, before, describe, it } from 'mocha';
import { AuditLog } from '../../src/server/auditLog.ts';
import { type Environment, type Key, MountedOperations } from '../../src/server/http/mount.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { temporaryFolder } from './support.ts';

describe('operations that are called within the server', () => {
  let opened: ReturnType<typeof openStore>;
  before(() => {
    opened = openStore(join(temporaryFolder(), 'stations.db'));
  });
  after(() => opened.store.destroy());

  const id = '4f0b0a5e-9d4e-4c39-8a35-0a8b6b0f9c11';
  const key: Key = { id: 'key', owner: { kind: 'user', id, name: 'Ana', role: 'engineer' } };
  const from = { key, origin: 'http://127.0.0.1:4711' };

  before(async () => {
    const user = { id, name: 'Ana', email: 'ana@lab.example', role: 'engineer' as const, created_at: Date.now() };
    await opened.store.insertInto('users').values(user).execute();
  });
  const mounted = (notifyChange: () => void) =>
    new MountedOperations(
      new Hono<Environment>(),
      { pushes: opened.pushes, audit: new AuditLog(opened.writer) },
      notifyChange,
    );

  it('notify of a change after it was made, and not after a question', async () => {
    const events: string[] = [];
    const operations = mounted(() => events.push('notified'));
    operations.mount(procedures.create, async ({ body: { name } }) => {
      await Promise.resolve();
      events.push(`created ${name}`);
      return { id };
    });
    operations.mount(procedures.list, () => {
      events.push('listed');
      return Promise.resolve({ data: [], meta: { has_more: false, next_cursor: null } });
    });
    await operations.call(procedures.list.id, {}, from);
    assert.deepEqual(JSON.parse(await operations.call(procedures.create.id, { body: { name: 'FVT' } }, from)), { id });
    assert.deepEqual(events, ['listed', 'created FVT', 'notified']);
  });

  it('notify of nothing if they are refused', async () => {
    const operations = mounted(() => assert.fail('notified'));
    operations.mount(procedures.create, () => Promise.resolve({ id }));
    const station: Key = { id: 'key', owner: { kind: 'station', id, name: 'Bench 1' } };
    await assert.rejects(operations.call(procedures.create.id, { body: { name: 'FVT' } }, { ...from, key: station }));
    await assert.rejects(operations.call(procedures.create.id, { body: {} }, from));
  });
});
