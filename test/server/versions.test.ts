import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { versions } from '../../src/shared/contract/versions.ts';
import { useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('versions of procedures', function () {
  this.timeout(60_000);
  const bench = useServer();

  it('are created, returned and deleted', async () => {
    const procedure_id = await bench.procedure('Versioned');
    const { id } = await bench.user.call(versions.create, { params: { procedure_id }, body: { tag: 'v1.0-RC 1' } });
    const version = await bench.user.call(versions.get, { params: { procedure_id, tag: 'V1.0-rc 1' } });
    assert.deepEqual(
      [version.id, version.tag, version.procedure, version.run_count, version.created_by_station],
      [id, 'v1.0-RC 1', { id: procedure_id, name: 'Versioned' }, 0, null],
    );
    const again = { params: { procedure_id }, body: { tag: 'V1.0-RC 1' } };
    assert.equal((await bench.user.send(versions.create, again)).status, 409);
    const params = { procedure_id, tag: 'v1.0-rc 1' };
    assert.deepEqual(await bench.user.call(versions.delete, { params }), { id });
    assert.equal((await bench.user.send(versions.delete, { params })).status, 404);
    assert.equal((await bench.user.send(versions.get, { params })).status, 404);
  });

  it('have tags of 1 to 60 characters', async () => {
    const procedure_id = await bench.procedure('Tagged');
    const create = (tag: string) => bench.user.send(versions.create, { params: { procedure_id }, body: { tag } });
    assert.match((await create('')).text, /The version tag must not be empty/);
    const long = await create('x'.repeat(61));
    assert.equal(long.status, 400);
    assert.match(long.text, /The version tag must be at most 60 characters long/);
    assert.equal((await create('x'.repeat(60))).status, 200);
  });

  it('are refused for a malformed procedure id before the kind of key is checked', async () => {
    const station = await bench.station('Versions');
    for (const [client, unknown] of [
      [bench.user, 404],
      [station.client, 403],
    ] as const) {
      const create = (procedure_id: string) =>
        client.send(versions.create, { params: { procedure_id }, body: { tag: '1' } });
      assert.equal((await create('invalid-uuid')).status, 400);
      assert.equal((await create(randomUUID())).status, unknown);
    }
  });

  it('are not deleted while runs have them, except with their procedure and its runs', async () => {
    const procedure_id = await bench.procedure('In use', 'INUSE');
    const run = await bench.user.call(v1.createRun, {
      body: { ...passedRun('INUSE', 'SN-V'), procedure_version: '2.0' },
    });
    const params = { procedure_id, tag: '2.0' };
    assert.equal((await bench.user.call(versions.get, { params })).run_count, 1);
    const refused = await bench.user.send(versions.delete, { params });
    assert.equal(refused.status, 409);
    assert.match(refused.text, /runs have it \(1\)/);
    await bench.user.call(procedures.delete, { params: { id: procedure_id } });
    assert.equal((await bench.user.send(versions.get, { params })).status, 404);
    assert.equal((await bench.user.send(procedures.delete, { params: { id: procedure_id } })).status, 404);
    assert.equal((await bench.user.send(runs.get, { params: { id: run.id } })).status, 404);
  });

  it('belong to procedures that can be renamed but have no deployment settings', async () => {
    const id = await bench.procedure('Old', 'OLD1');
    const update = (body: object) => bench.user.send(procedures.update, { params: { id }, body });
    assert.deepEqual((await update({ name: ' New ' })).json(), { id });
    assert.equal((await bench.user.call(procedures.get, { params: { id } })).name, 'New');
    for (const body of [{}, { name: '' }, { name: 'x', productionBranch: 'main' }]) {
      assert.equal((await update(body)).status, 400);
    }
    assert.equal((await bench.user.call(procedures.get, { params: { id } })).name, 'New');
    assert.equal(
      (await bench.user.send(procedures.update, { params: { id: randomUUID() }, body: { name: 'x' } })).status,
      404,
    );
  });

  it('belong to procedures whose unique identifier is set, changed and removed', async () => {
    const id = await bench.procedure('Identified');
    await bench.procedure('Other', 'TAKEN');
    const set = (identifier: unknown) => bench.user.send(local.setIdentifier, { params: { id }, body: { identifier } });
    const refused = await set('taken');
    assert.equal(refused.status, 409);
    assert.match(refused.text, /belongs to procedure \\"Other\\"/);
    for (const wrong of ['', 'a b', 'x'.repeat(61), undefined]) assert.equal((await set(wrong)).status, 400);
    assert.deepEqual((await set('FVT7')).json(), { id, identifier: 'FVT7' });
    assert.deepEqual((await set('fvt7')).json(), { id, identifier: 'fvt7' });
    const run = () => bench.user.send(v1.createRun, { body: passedRun('FVT7') });
    assert.equal((await run()).status, 200);
    assert.deepEqual((await set(null)).json(), { id, identifier: null });
    assert.equal((await run()).status, 404);
    assert.equal((await bench.user.call(procedures.get, { params: { id } })).identifier, null);
    const station = await bench.station('Identifiers');
    const given = { params: { id }, body: { identifier: 'X' } };
    assert.equal((await station.client.send(local.setIdentifier, given)).status, 403);
  });
});
