import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { after, before, describe, it } from 'mocha';
import { hashKey } from '../../src/server/keys.ts';
import { addUserKey, type FoundKey } from '../../src/server/store/keys.ts';
import { openPostgres } from '../../src/server/store/postgres/openPostgres.ts';
import type { Pushes } from '../../src/server/store/pushes.ts';
import type { Store } from '../../src/server/store/tables.ts';
import { users } from '../../src/shared/contract/users.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { startServer, temporaryFolder } from './support.ts';

const now = Date.UTC(2026, 0, 1);

describe('when keys were last used, in PostgreSQL', () => {
  let postgres: TestPostgres;
  let store: Store;
  let pushes: Pushes;
  let reportFailure: (error: unknown) => void = () => assert.fail('It was stored.');

  const keyOf = async (text: string): Promise<FoundKey> => (await pushes.findKey(hashKey(text))) ?? assert.fail();

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    ({ store, pushes } = await openPostgres(await postgres.createDatabase('keyuses'), {
      lease: null,
      connectionLost: () => undefined,
      keyUsesFailed: (error) => reportFailure(error),
    }));
    await store.transaction().execute(async (change) => {
      for (const text of ['first', 'second']) {
        await addUserKey(change, { hash: hashKey(text), prefix: text }, { revokeOthers: false, name: text });
      }
    });
  });
  after(async () => {
    if (hasPostgres) await store.destroy();
  });

  it('fails no later request if it could not be stored, and is stored by the next attempt', async () => {
    const [first, second] = [await keyOf('first'), await keyOf('second')];
    await sql`alter table api_keys add constraint unused check (last_used_at is null)`.execute(store);
    const failed = new Promise((resolve) => (reportFailure = resolve));
    await pushes.saveKeyUse(first, now);
    assert.match(String(await failed), /violates check constraint "unused"/);

    await pushes.saveKeyUse(second, now + 1000);
    await sql`alter table api_keys drop constraint unused`.execute(store);
    await pushes.stop();
    assert.deepEqual([(await keyOf('first')).last_used_at, (await keyOf('second')).last_used_at], [now, now + 1000]);
  });

  it('is not replaced by an earlier use', async () => {
    const { id } = await keyOf('first');
    const earlier = { ...(await keyOf('first')), last_used_at: null };
    await sql`update api_keys set last_used_at = ${now + 5000} where id = ${id}`.execute(store);
    await pushes.saveKeyUse(earlier, now);
    await pushes.stop();
    assert.equal((await keyOf('first')).last_used_at, now + 5000);
  });

  it('is stored when the server stops right after a request', async () => {
    const server = await startServer(temporaryFolder(), {
      TEST_STATIONS_ADMIN_KEY: adminKey,
      TEST_STATIONS_DATABASE_URL: await postgres.createDatabase('keyusesstop'),
    });
    await new TestClient(server.url, adminKey).call(users.list);
    await server.stop();
    const client = postgres.client('keyusesstop');
    await client.connect();
    try {
      const { rows } = await client.query('select last_used_at is not null as is_used from api_keys');
      assert.deepEqual(rows, [{ is_used: true }]);
    } finally {
      await client.end();
    }
  });
});
