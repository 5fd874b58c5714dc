import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('procedures', function () {
  this.timeout(60_000);
  const bench = useServer();

  it('may share a name but not an identifier', async () => {
    await bench.procedure('Functional test', 'FVT1');
    await bench.procedure('Functional test');
    const create = (identifier: string) => bench.user.send(procedures.create, { body: { name: 'Other', identifier } });
    const reply = await create('fvt1');
    assert.equal(reply.status, 409);
    assert.match(reply.text, /\\"fvt1\\" belongs to procedure \\"Functional test\\"/);
    for (const identifier of ['', 'with blank', 'x'.repeat(61)]) assert.equal((await create(identifier)).status, 400);
  });

  it('are returned with their recent runs', async () => {
    const id = await bench.procedure('With runs', 'RUNS');
    const made = await bench.user.call(v1.createRun, { body: passedRun('RUNS', 'SN-9') });
    const procedure = await bench.user.call(procedures.get, { params: { id } });
    assert.equal(procedure.identifier, 'RUNS');
    assert.equal(procedure.created_by_user?.name, 'Local user');
    assert.equal(procedure.runs_count, 1);
    const [run] = procedure.recent_runs;
    assert.deepEqual([run?.id, run?.outcome, run?.unit?.serial_number], [made.id, 'PASS', 'SN-9']);
    const list = await bench.user.call(procedures.list, { query: { search_query: 'with r' } });
    assert.deepEqual(
      list.data.map((item) => [item.id, item.runs[0]?.id]),
      [[id, made.id]],
    );
  });

  it('are listed newest first, in pages, by identifier and by time', async () => {
    const ids = [];
    for (const n of [1, 2, 3]) ids.unshift(await bench.procedure(`Page ${n}`, `PAGE${n}`));
    const list = (query: Record<string, string>) => bench.user.call(procedures.list, { query });
    const first = await list({ search_query: 'Page ', limit: '2' });
    const second = await list({ search_query: 'Page ', limit: '2', cursor: `${first.meta.next_cursor}.0` });
    assert.deepEqual(new Set([...first.data, ...second.data].map(({ id }) => id)), new Set(ids));
    assert.equal(second.meta.has_more, false);
    assert.deepEqual(
      (await list({ search_query: 'page3' })).data.map(({ name }) => name),
      ['Page 3'],
    );
    assert.deepEqual((await list({ created_after: '2200-01-01T00:00:00.000000Z' })).data, []);
    assert.ok((await list({ created_before: '2200-01-01T00:00:00Z' })).data.length >= 3);
  });
});
