import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { errorAnswer } from '../../src/shared/contract/common.ts';
import { parts, revisions } from '../../src/shared/contract/parts.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import type { Reply } from './requests.ts';
import { passedRun } from './runs.ts';

const issues = (reply: Reply) =>
  (errorAnswer.parse(reply.json()).issues ?? []).map(({ path, message }) => `${path?.join('.')}: ${message}`);

describe('parts and revisions', function () {
  this.timeout(60_000);
  const bench = useServer();
  const create = (body: object) => bench.user.send(parts.create, { body });
  const part = (number: string) => bench.user.call(parts.get, { params: { number } });
  const numbers = async (query: Record<string, string | string[]>) =>
    (await bench.user.call(parts.list, { query })).data.map(({ number }) => number);

  it('are created with a first revision and found regardless of case', async () => {
    const { id } = await bench.user.call(parts.create, { body: { number: ' PCBA-Ä 1 ', metadata: { rohs: true } } });
    const made = await part('pcba-ä 1');
    assert.deepEqual(
      [made.id, made.number, made.name, made.revisions.map(({ number }) => number), made.metadata],
      [id, 'PCBA-Ä 1', 'PCBA-Ä 1', ['A'], { rohs: true }],
    );
    assert.equal(made.created_by_user?.name, 'Local user');
    await bench.user.call(parts.create, { body: { number: 'Named', name: 'Board', revision_number: 'r1' } });
    const named = await part('NAMED');
    assert.deepEqual([named.name, named.revisions.map(({ number }) => number)], ['Board', ['r1']]);
  });

  it('are refused with one issue for each invalid field', async () => {
    const reply = await create({ number: 'x'.repeat(61), name: 'y'.repeat(256), revision_number: '  ' });
    assert.equal(reply.status, 400);
    assert.deepEqual(issues(reply), [
      'number: The part number must be at most 60 characters long.',
      'name: The part name must be at most 255 characters long.',
      'revision_number: The revision number must not be empty.',
    ]);
    for (const number of ['', '   ', 'a\nb', '\ud800', 7, null]) assert.equal((await create({ number })).status, 400);
    assert.equal((await create({ number: 'x'.repeat(60) })).status, 200);
  });

  it('are unique regardless of case, revisions within their part', async () => {
    await create({ number: 'Unique' });
    const again = await create({ number: 'UNIQUE' });
    assert.equal(again.status, 409);
    assert.match(again.text, /Part \\"Unique\\" already exists/);
    const revise = (part_number: string, number: string) =>
      bench.user.send(revisions.create, { params: { part_number }, body: { number } });
    assert.equal((await revise('unique', 'B')).status, 200);
    assert.equal((await revise('Unique', 'b')).status, 409);
    await create({ number: 'Unique 2' });
    assert.equal((await revise('Unique 2', 'b')).status, 200);
    const lost = await revise('Nothing', 'b');
    assert.equal(lost.status, 404);
    assert.match(lost.text, /Part \\"Nothing\\" not found/);
  });

  it('are renamed, but not to a number that is in use', async () => {
    await create({ number: 'Old', name: 'Old name' });
    await create({ number: 'Taken' });
    const update = (number: string, body: object) => bench.user.send(parts.update, { params: { number }, body });
    assert.equal((await update('Old', { new_number: 'TAKEN' })).status, 409);
    assert.equal((await update('Old', { new_number: 'OLD' })).status, 200);
    const renamed = await bench.user.call(parts.update, {
      params: { number: 'old' },
      body: { new_number: 'New', metadata: { site: 'A', moq: 5 } },
    });
    assert.deepEqual([renamed.number, renamed.name], ['New', 'Old name']);
    await bench.user.call(parts.update, { params: { number: 'New' }, body: { metadata: { moq: null, rohs: false } } });
    assert.deepEqual((await part('new')).metadata, { site: 'A', rohs: false });
    const nothing = await update('New', {});
    assert.equal(nothing.status, 400);
    assert.match(nothing.text, /At least one field/);
    assert.equal((await update('Old', { name: 'x' })).status, 404);
    assert.equal((await update('', { name: 'x' })).status, 400);
  });

  it('have up to 50 metadata keys, also when they are added one after the other', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, n]));
    await create({ number: 'Full', metadata: many });
    const add = (metadata: object) => bench.user.send(parts.update, { params: { number: 'Full' }, body: { metadata } });
    assert.equal((await add({ one_more: 1 })).status, 400);
    assert.equal((await add({ one_more: 1, k0: null })).status, 200);
    for (const metadata of [{ 'has space': 1 }, { a: [1] }, { a: {} }, { ...many, k50: 1 }]) {
      assert.equal((await create({ number: 'Never', metadata })).status, 400);
    }
    assert.deepEqual(await numbers({ search_query: 'Never' }), []);
  });

  it('are listed, sorted, searched, and filtered by procedure and metadata', async () => {
    const procedure = await bench.procedure('Of parts', 'PARTS');
    const make = (number: string, name: string, metadata: object) => create({ number, name, metadata });
    await make('List-3', 'Alpha', { site: 'Ulm', moq: 5 });
    await make('list-1', 'Gamma', { site: 'Bern', moq: 50, rohs: true });
    await make('List-2', 'beta_', { moq: '50' });
    const search_query = 'LIST-';
    assert.deepEqual(await numbers({ search_query }), ['List-2', 'list-1', 'List-3']);
    assert.deepEqual(await numbers({ search_query, sort_by: 'number', sort_order: 'asc' }), [
      'list-1',
      'List-2',
      'List-3',
    ]);
    assert.deepEqual(await numbers({ search_query, sort_by: 'name' }), ['list-1', 'List-2', 'List-3']);
    assert.deepEqual(await numbers({ search_query: 'ETA_' }), ['List-2']);
    assert.deepEqual(await numbers({ search_query: 'list-%' }), []);
    assert.deepEqual(await numbers({ search_query, limit: '1', cursor: '1' }), ['list-1']);
    const having = (metadata: object) => numbers({ search_query, metadata: JSON.stringify(metadata) });
    assert.deepEqual(await having({ site: { in: ['Ulm', 'Bern'] }, moq: { gte: 6, lt: 51 } }), ['list-1']);
    assert.deepEqual(await having({ site: { contains: 'UL' } }), ['List-3']);
    assert.deepEqual(await having({ moq: { eq: 50 } }), ['list-1']);
    assert.deepEqual(await having({ rohs: { eq: true } }), ['list-1']);
    assert.deepEqual(await having({ rohs: { eq: false } }), []);
    for (const metadata of ['{', '[]', '{"a":5}', '{"a":{"like":"x"}}', '{"a b":{"eq":true}}']) {
      assert.equal((await bench.user.send(parts.list, { query: { metadata } })).status, 400);
    }
    const run = passedRun('PARTS', 'SN-parts');
    await bench.user.call(v1.createRun, {
      body: { ...run, unit_under_test: { ...run.unit_under_test, part_number: 'list-2' } },
    });
    assert.deepEqual(await numbers({ procedure_ids: procedure }), ['List-2']);
    const [told] = (await bench.user.call(parts.list, { query: { search_query: 'List-3', include_metadata: 'true' } }))
      .data;
    assert.deepEqual(told?.metadata, { site: 'Ulm', moq: 5 });
  });

  it('revisions are returned with part and units, are renamed, and have an image', async () => {
    await create({ number: 'Revised' });
    const params = { part_number: 'revised', revision_number: 'A' };
    await bench.user.call(units.create, {
      body: { serial_number: 'SN-rev', part_number: 'Revised', revision_number: 'a' },
    });
    const read = await bench.user.call(revisions.get, { params });
    assert.deepEqual(
      [read.number, read.part.number, read.units.map(({ serial_number }) => serial_number), read.image_id],
      ['A', 'Revised', ['SN-rev'], null],
    );
    const upload = await bench.user.call(v1.initializeUpload, { body: { name: 'board.png' } });
    const update = (body: object) => bench.user.send(revisions.update, { params, body });
    assert.equal((await update({})).status, 400);
    assert.equal((await update({ image_id: crypto.randomUUID() })).status, 404);
    assert.equal((await update({ image_id: 'board.png' })).status, 400);
    assert.equal((await update({ image_id: upload.id, metadata: { drawing: 'D1' } })).status, 200);
    const pictured = await bench.user.call(revisions.get, { params });
    assert.deepEqual([pictured.image_id, pictured.metadata], [upload.id, { drawing: 'D1' }]);
    assert.equal((await update({ image_id: '' })).status, 200);
    assert.equal((await bench.user.call(revisions.get, { params })).image_id, null);
    await bench.user.call(revisions.create, { params: { part_number: 'Revised' }, body: { number: 'C' } });
    assert.equal((await update({ number: 'c' })).status, 409);
    assert.equal((await update({ number: 'A1' })).status, 200);
    assert.equal((await bench.user.send(revisions.get, { params })).status, 404);
  });

  it('are deleted with their revisions, and when their last revision is deleted', async () => {
    const { id } = await bench.user.call(parts.create, { body: { number: 'Gone' } });
    await bench.user.call(revisions.create, { params: { part_number: 'Gone' }, body: { number: 'B' } });
    const ids = (await part('Gone')).revisions.map((revision) => revision.id);
    assert.deepEqual(await bench.user.call(parts.delete, { params: { number: 'gone' } }), {
      id,
      deletedRevisionIds: ids,
    });
    assert.equal((await bench.user.send(parts.delete, { params: { number: 'gone' } })).status, 404);

    await create({ number: 'Gone 2' });
    await bench.user.call(revisions.create, { params: { part_number: 'Gone 2' }, body: { number: 'B' } });
    const drop = (revision_number: string) =>
      bench.user.send(revisions.delete, { params: { part_number: 'Gone 2', revision_number } });
    assert.equal((await drop('a')).status, 200);
    assert.equal((await part('Gone 2')).revisions.length, 1);
    assert.equal((await drop('B')).status, 200);
    assert.equal((await drop('B')).status, 404);
    assert.equal((await bench.user.send(parts.get, { params: { number: 'Gone 2' } })).status, 404);
  });

  it('are not deleted while they have units', async () => {
    await bench.procedure('Kept', 'KEPT');
    const run = passedRun('KEPT', 'SN-kept');
    const unit_under_test = { ...run.unit_under_test, part_number: 'Kept' };
    await bench.user.call(v1.createRun, { body: { ...run, unit_under_test } });
    const refused = [
      await bench.user.send(parts.delete, { params: { number: 'Kept' } }),
      await bench.user.send(revisions.delete, { params: { part_number: 'Kept', revision_number: 'A' } }),
    ];
    for (const reply of refused) {
      assert.equal(reply.status, 409);
      assert.match(reply.text, /cannot be deleted while there are units of it \(1\)/);
    }
    await bench.user.call(units.delete, { query: { serial_numbers: 'SN-kept' } });
    await bench.user.call(parts.delete, { params: { number: 'Kept' } });
  });
});
