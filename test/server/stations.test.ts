import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'mocha';
import { errorAnswer, idAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('stations', function () {
  this.timeout(60_000);
  const bench = useServer();
  const create = (name: string) => bench.user.send(stations.create, { body: { name } });
  const named = (search_query: string) => bench.user.call(stations.list, { query: { search_query } });

  it('are created with a trimmed name and without a key', async () => {
    const { id } = await bench.user.call(stations.create, { body: { name: '  Prüfstand 1 ' } });
    const station = await bench.user.call(stations.get, { params: { id } });
    assert.deepEqual(station, {
      id,
      name: 'Prüfstand 1',
      api_key: null,
      procedures: [],
      organization_slug: 'local',
      connection_status: null,
      team: null,
      image_id: null,
      metadata: {},
    });
  });

  it('accept names of 1 to 60 characters', async () => {
    for (const name of ['', '   ', 'x'.repeat(61)]) {
      const reply = await create(name);
      assert.equal(reply.status, 400);
      assert.match(errorAnswer.parse(reply.json()).issues?.[0]?.message ?? '', /^The name must /);
    }
    assert.equal((await create('x'.repeat(60))).status, 200);
  });

  it('may share a name and are distinguished by their ids', async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, (_, n) => create(n % 2 === 0 ? 'Shared' : 'SHARED')));
    const ids = replies.map((reply) => idAnswer.parse(reply.json()).id);
    assert.equal(new Set(ids).size, 12);
    const { data } = await bench.user.call(stations.list, { query: { search_query: 'shared' } });
    assert.deepEqual(data.map(({ id }) => id).sort(), ids.toSorted());
    const [first, second] = [await bench.station('Twin', await bench.procedure('Twins')), await bench.station('twin')];
    assert.equal((await first.client.call(stations.getCurrent)).id, first.id);
    assert.equal((await second.client.call(stations.getCurrent)).id, second.id);
    await bench.user.call(stations.remove, { params: { id: second.id } });
    assert.equal((await first.client.call(stations.getCurrent)).procedures.length, 1);
  });

  it('are renamed, also to the name of another station', async () => {
    const { id } = await bench.station('Old name');
    await bench.station('Taken');
    const rename = (name: string) => bench.user.send(stations.update, { params: { id }, body: { name } });
    assert.equal((await rename('TAKEN')).status, 200);
    assert.equal((await rename('OLD NAME')).status, 200);
    assert.deepEqual((await rename('New name')).json(), { id, name: 'New name' });
    assert.equal((await bench.user.send(stations.update, { params: { id }, body: { team_id: 'x' } })).status, 400);
  });

  it('have an image, which can be any upload, and metadata, but no team', async () => {
    const metadata = { hall: '3', row: 4 };
    const { id } = await bench.user.call(stations.create, { body: { name: 'Pictured', metadata } });
    const update = (body: object) => bench.user.send(stations.update, { params: { id }, body });
    const upload = await bench.user.call(v1.initializeUpload, { body: { name: 'bench.png' } });
    assert.equal((await fetch(upload.uploadUrl, { method: 'PUT', body: 'png' })).status, 200);
    assert.equal((await update({ image_id: randomUUID() })).status, 404);
    assert.equal((await update({ image_id: 'bench.png' })).status, 400);
    assert.equal((await update({ image_id: upload.id, metadata: { row: null, lit: true } })).status, 200);
    const read = async () => bench.user.call(stations.get, { params: { id } });
    assert.deepEqual([(await read()).image_id, (await read()).metadata], [upload.id, { hall: '3', lit: true }]);
    assert.deepEqual((await update({ image_id: '', team_id: null })).json(), { id, name: 'Pictured' });
    assert.equal((await read()).image_id, null);
    const query = { metadata: '{"lit":{"eq":true}}', include_metadata: 'true' };
    const { data } = await bench.user.call(stations.list, { query });
    assert.deepEqual(
      data.map((station) => [station.id, station.metadata]),
      [[id, { hall: '3', lit: true }]],
    );
    const teamed = await bench.user.send(stations.create, { body: { name: 'Teamed', team_id: 'A' } });
    assert.equal(teamed.status, 400);
    assert.match(teamed.text, /no teams/);
  });

  it('are listed by name, in pages, by search and by procedure', async () => {
    const procedure = await bench.procedure('Listed');
    for (const name of ['list_c', 'list_a', 'List_B'])
      await bench.station(name, ...(name === 'list_a' ? [procedure] : []));
    const page = await bench.user.call(stations.list, { query: { search_query: 'LIST_', limit: '2' } });
    assert.deepEqual(
      page.data.map(({ name }) => name),
      ['list_a', 'List_B'],
    );
    assert.deepEqual(page.meta, { has_more: true, next_cursor: 2 });
    const rest = await bench.user.call(stations.list, { query: { search_query: 'list_', cursor: '2.0' } });
    assert.deepEqual(
      rest.data.map(({ name }) => name),
      ['list_c'],
    );
    assert.deepEqual(rest.meta, { has_more: false, next_cursor: null });
    assert.deepEqual((await named('lis%')).data, []);
    const linked = await bench.user.call(stations.list, { query: { procedure_ids: [procedure, randomUUID()] } });
    assert.deepEqual(
      linked.data.map(({ name, procedures_count, procedures }) => [name, procedures_count, procedures[0]?.id]),
      [['list_a', 1, procedure]],
    );
  });

  it('are linked to procedures when created or later, and unlinked', async () => {
    const first = await bench.procedure('First', 'P1');
    const second = await bench.procedure('Second');
    const { id } = await bench.user.call(stations.create, { body: { name: 'Linked', procedure_id: first } });
    const params = { id, procedure_id: second };
    for (let i = 0; i < 2; i++) await bench.user.call(local.linkProcedure, { params });
    const linked = await bench.user.call(stations.get, { params: { id } });
    assert.deepEqual(linked.procedures, [
      { id: first, identifier: 'P1', name: 'First', runs_count: 0 },
      { id: second, identifier: null, name: 'Second', runs_count: 0 },
    ]);
    const { stations: users } = await bench.user.call(procedures.get, { params: { id: second } });
    assert.deepEqual(users, [{ id, name: 'Linked' }]);
    await bench.user.call(local.unlinkProcedure, { params });
    const again = await bench.user.send(local.unlinkProcedure, { params });
    assert.equal(again.status, 404);
    assert.match(again.text, /\\"Second\\" is not linked to station \\"Linked\\"/);
  });

  it('are not found if the station or the procedure is unknown', async () => {
    const { id } = await bench.station('Known');
    const unknown = { id: randomUUID(), procedure_id: randomUUID() };
    const replies = [
      await bench.user.send(stations.get, { params: unknown }),
      await bench.user.send(stations.update, { params: unknown, body: { name: 'x' } }),
      await bench.user.send(stations.remove, { params: unknown }),
      await bench.user.send(local.generateKey, { params: unknown }),
      await bench.user.send(local.linkProcedure, { params: unknown }),
      await bench.user.send(local.linkProcedure, { params: { ...unknown, id } }),
      await bench.user.send(stations.create, { body: { name: 'Lost', procedure_id: unknown.procedure_id } }),
    ];
    for (const reply of replies) {
      assert.equal(reply.status, 404);
      assert.match(reply.text, /(Station|Procedure) with id [0-9a-f-]{36} not found/);
    }
    assert.deepEqual((await named('Lost')).data, []);
  });

  it('are removed with their keys, while their runs stay', async () => {
    const procedure = await bench.procedure('Removal', 'REMOVAL');
    for (const withRun of [false, true]) {
      const station = await bench.station('Removed', procedure);
      const pushed = withRun ? await station.client.call(v1.createRun, { body: passedRun('REMOVAL') }) : null;
      await bench.user.call(stations.remove, { params: { id: station.id } });
      assert.equal((await station.client.send(stations.getCurrent)).status, 401);
      assert.equal((await bench.user.send(stations.get, { params: { id: station.id } })).status, 404);
      assert.equal((await bench.user.send(stations.remove, { params: { id: station.id } })).status, 404);
      assert.deepEqual((await named('Removed')).data, []);
      const { stations: users, recent_runs } = await bench.user.call(procedures.get, { params: { id: procedure } });
      assert.deepEqual(users, []);
      assert.deepEqual(
        recent_runs.map(({ id }) => id),
        pushed ? [pushed.id] : [],
      );
    }
  });
});
