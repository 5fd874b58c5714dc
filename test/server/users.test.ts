import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { stations } from '../../src/shared/contract/stations.ts';
import { trpc } from '../../src/shared/contract/trpc.ts';
import { users } from '../../src/shared/contract/users.ts';
import { useServer } from './bench.ts';
import { send } from './requests.ts';

const trpcFailure = z.object({
  error: z.object({
    json: z.object({
      message: z.string(),
      code: z.number(),
      data: z.object({ code: z.string(), httpStatus: z.number(), path: z.literal('station.linkProcedure') }),
    }),
  }),
});

describe('users', function () {
  this.timeout(60_000);
  const bench = useServer();

  it('are listed for both kinds of key, and the current one for user keys only', async () => {
    const station = await bench.station('Asks');
    const all = await bench.user.call(users.list);
    assert.deepEqual(
      all.map(({ name, image, banned }) => [name, image, banned]),
      [['Local user', null, false]],
    );
    assert.deepEqual(await station.client.call(users.list), all);
    assert.deepEqual(await bench.user.call(users.list, { query: { current: 'true' } }), all);
    assert.deepEqual(await station.client.call(users.list, { query: { current: 'true' } }), []);
    assert.deepEqual(await bench.user.call(users.getCurrent), all[0]);
    assert.equal((await station.client.send(users.getCurrent)).status, 403);
  });

  it('are identified by whoami for each kind of key', async () => {
    const station = await bench.station('Knows itself');
    const user = await bench.user.call(users.whoami);
    assert.deepEqual([user.type, user.user?.name, user.station], ['user', 'Local user', null]);
    const own = await station.client.call(users.whoami);
    assert.deepEqual([own.type, own.user, own.station], ['station', null, { id: station.id, name: 'Knows itself' }]);
    assert.deepEqual(own.organization, user.organization);
  });

  it('links a station to a procedure by the tRPC call', async () => {
    const procedure_id = await bench.procedure('Linked', 'L1');
    const { id } = await bench.station('To link');
    const { result } = await bench.user.call(trpc.linkProcedure, { body: { json: { id, procedure_id } } });
    assert.deepEqual(result.data.json, { id });
    const { procedures } = await bench.user.call(stations.get, { params: { id } });
    assert.deepEqual(
      procedures.map((procedure) => procedure.id),
      [procedure_id],
    );
  });

  it('refuses a tRPC call in the shape of tRPC', async () => {
    const procedure_id = await bench.procedure('Unlinked');
    const station = await bench.station('Not to link');
    const body = { json: { id: station.id, procedure_id } };
    const failures = [
      await bench.user.send(trpc.linkProcedure, { body: { json: { ...body.json, id: randomUUID() } } }),
      await bench.user.send(trpc.linkProcedure, { body: {} }),
      await station.client.send(trpc.linkProcedure, { body }),
      await send(bench.server.url, 'POST', trpc.linkProcedure.path, { body }),
    ];
    assert.deepEqual(
      failures.map((reply) => {
        const { code, data } = trpcFailure.parse(reply.json()).error.json;
        assert.equal(data.httpStatus, reply.status);
        return [code, data.code];
      }),
      [
        [-32004, 'NOT_FOUND'],
        [-32600, 'BAD_REQUEST'],
        [-32003, 'FORBIDDEN'],
        [-32001, 'UNAUTHORIZED'],
      ],
    );
  });
});
