import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { errorAnswer } from '../../src/shared/contract/common.ts';
import { parts, revisions } from '../../src/shared/contract/parts.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('units', function () {
  this.timeout(60_000);
  const bench = useServer();
  const create = (serial_number: unknown, more: object = {}) =>
    bench.user.send(units.create, {
      body: { serial_number, part_number: 'PCBA01', revision_number: 'A', ...more },
    });
  const get = (serial_number: string) => bench.user.call(units.get, { params: { serial_number } });
  const update = (serial_number: string, body: object) =>
    bench.user.send(units.update, { params: { serial_number }, body });
  const add = (serial_number: string, child_serial_number: string) =>
    bench.user.send(units.addChild, { params: { serial_number }, body: { child_serial_number } });
  const remove = (serial_number: string, child_serial_number: string) =>
    bench.user.send(units.removeChild, { params: { serial_number }, query: { child_serial_number } });
  const push = (serial_number: string, more: object = {}) =>
    bench.user.call(v1.createRun, { body: { ...passedRun('UNITS', serial_number), ...more } });
  const files = () => readdirSync(join(bench.folder, 'attachments'), { recursive: true, withFileTypes: true });

  before(async () => {
    await bench.procedure('Of units', 'UNITS');
    await bench.user.call(parts.create, { body: { number: 'PCBA01', name: 'Board' } });
  });

  it('are created from an existing revision and returned as they were sent', async () => {
    const metadata = { vendor: 'Acme', lot: 500, qualified: true };
    const reply = await create(' Sn-1 Ä/x ', { sample: 'golden', metadata });
    assert.equal(reply.status, 200, reply.text);
    const unit = await get(encodeURIComponent('SN-1 ä/X'));
    assert.deepEqual(
      { ...unit, id: undefined, created_at: undefined, part: undefined, created_by_user: undefined },
      {
        id: undefined,
        serial_number: 'Sn-1 Ä/x',
        created_at: undefined,
        sample: 'golden',
        part: undefined,
        parent: null,
        created_by_user: undefined,
        created_by_station: null,
        batch: null,
        children: [],
        created_during: null,
        attachments: [],
        metadata,
      },
    );
    assert.deepEqual([unit.part.number, unit.part.name, unit.part.revision.number], ['PCBA01', 'Board', 'A']);
    assert.equal(unit.created_by_user?.name, 'Local user');
  });

  it('are refused with an invalid number, an unknown revision, or a serial number that is in use', async () => {
    const wrong = await create('', { part_number: 'x'.repeat(61), revision_number: ' ', sample: 'production' });
    assert.deepEqual(
      errorAnswer.parse(wrong.json()).issues?.map(({ path }) => path?.[0]),
      ['serial_number', 'part_number', 'revision_number', 'sample'],
    );
    assert.match(wrong.text, /The serial number must not be empty/);
    for (const serial of ['   ', 'x'.repeat(61), 'a\tb', 5]) assert.equal((await create(serial)).status, 400);
    for (const more of [{ revision_number: 'Z' }, { part_number: 'Nothing' }]) {
      const reply = await create('SN-never', more);
      assert.equal(reply.status, 404);
      assert.match(reply.text, /Revision .* not found/);
    }
    assert.equal((await create('SN-twice')).status, 200);
    const again = await create('sn-TWICE');
    assert.equal(again.status, 409);
    assert.match(again.text, /serial number \\"SN-twice\\" already exists/);
  });

  it('refer to the run that they were created for', async () => {
    const { id } = await push('SN-run');
    await push('SN-run');
    const { created_during } = await get('SN-run');
    assert.deepEqual(
      [created_during?.id, created_during?.outcome, created_during?.procedure.name],
      [id, 'PASS', 'Of units'],
    );
    await create('SN-before');
    await push('SN-before');
    assert.equal((await get('SN-before')).created_during, null);
  });

  it('are renamed and moved to another part, revision or batch', async () => {
    await create('SN-old');
    await create('SN-taken');
    await bench.user.call(parts.create, { body: { number: 'PCBA02', revision_number: 'X' } });
    await bench.user.call(revisions.create, { params: { part_number: 'PCBA02' }, body: { number: 'Y' } });
    assert.equal((await update('SN-old', { new_serial_number: 'sn-TAKEN' })).status, 409);
    assert.equal((await update('SN-old', { new_serial_number: '' })).status, 400);
    assert.equal((await update('SN-old', { new_serial_number: 'SN-new', batch_number: 'Lot-9' })).status, 200);
    assert.equal((await update('SN-old', {})).status, 404);
    const place = async () => {
      const { part, batch } = await get('SN-new');
      return [part.number, part.revision.number, batch?.number];
    };
    assert.deepEqual(await place(), ['PCBA01', 'A', 'Lot-9']);
    for (const unknown of [{ part_number: 'None' }, { revision_number: 'None' }]) {
      assert.equal((await update('SN-new', unknown)).status, 404);
    }
    await update('SN-new', { part_number: 'pcba02' });
    assert.deepEqual(await place(), ['PCBA02', 'X', 'Lot-9']);
    await update('SN-new', { revision_number: 'y' });
    await update('SN-new', { part_number: 'PCBA02', sample: 'failing' });
    assert.deepEqual(await place(), ['PCBA02', 'Y', 'Lot-9']);
    await update('SN-new', { batch_number: null, sample: null, metadata: { a: 1, b: 2 } });
    await update('SN-new', { metadata: { a: null, b: 'two' } });
    assert.deepEqual(await place(), ['PCBA02', 'Y', undefined]);
    const unit = await get('SN-new');
    assert.deepEqual([unit.sample, unit.metadata], [null, { b: 'two' }]);
    assert.equal((await update('SN-new', { batch_number: 'Lot 9' })).status, 400);
  });

  it('have attachments that belong to no other unit or run', async () => {
    await create('SN-files');
    await create('SN-others');
    const upload = await bench.user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    assert.equal((await fetch(upload.uploadUrl, { method: 'PUT', body: 'hello' })).status, 200);
    const unfinished = await bench.user.call(v1.initializeUpload, { body: { name: 'later.txt' } });
    assert.equal((await update('SN-files', { attachments: [randomUUID()] })).status, 404);
    assert.equal((await update('SN-files', { attachments: ['note.txt'] })).status, 400);
    assert.equal((await update('SN-files', { attachments: [upload.id.toUpperCase(), unfinished.id] })).status, 200);
    const { attachments } = await get('SN-files');
    assert.deepEqual(
      attachments.map(({ id, name, size }) => [id, name, size]),
      [
        [upload.id, 'note.txt', 5],
        [unfinished.id, 'later.txt', null],
      ],
    );
    assert.equal(await (await fetch(attachments[0]?.download_url ?? '')).text(), 'hello');
    assert.equal((await update('SN-others', { attachments: [upload.id] })).status, 409);
    const before = files().length;
    await bench.user.call(units.delete, { query: { serial_numbers: 'SN-files' } });
    assert.equal(files().length, before - 1);
  });

  it('are deleted with their runs, several at once or none at all', async () => {
    const { id } = await push('SN-gone');
    await create('SN-gone-2');
    const ids = [(await get('SN-gone')).id, (await get('SN-gone-2')).id];
    const drop = (...serial_numbers: string[]) => bench.user.send(units.delete, { query: { serial_numbers } });
    assert.equal((await drop('SN-gone', 'SN-nothing')).status, 404);
    assert.equal((await drop()).status, 400);
    assert.deepEqual((await drop('sn-GONE', 'SN-gone-2', 'SN-gone')).json(), { id: ids });
    assert.equal((await drop('SN-gone')).status, 404);
    assert.equal((await bench.user.send(runs.get, { params: { id } })).status, 404);
  });

  it('become sub-units and are removed from their parent', async () => {
    for (const serial of ['P', 'C1', 'C2', 'Q']) await create(`SN-${serial}`);
    const child = await get('SN-C1');
    assert.deepEqual((await add('SN-P', 'sn-c1')).json(), { id: child.id });
    await add('SN-P', 'SN-C2');
    assert.deepEqual(
      (await get('SN-P')).children.map((one) => [one.serial_number, one.part.number]),
      [
        ['SN-C1', 'PCBA01'],
        ['SN-C2', 'PCBA01'],
      ],
    );
    assert.equal((await get('SN-C1')).parent?.part.revision.number, 'A');
    for (const [parent, lost] of [
      ['SN-none', 'SN-C1'],
      ['SN-P', 'SN-none'],
    ] as const) {
      for (const reply of [await add(parent, lost), await remove(parent, lost)]) {
        assert.equal(reply.status, 404);
        assert.match(reply.text, /Unit \\"SN-none\\" not found/);
      }
    }
    const stranger = await remove('SN-Q', 'SN-C1');
    assert.equal(stranger.status, 400);
    assert.match(stranger.text, /\\"SN-C1\\" is not a child of \\"SN-Q\\"/);
    assert.equal((await add('SN-Q', 'SN-C1')).status, 200);
    assert.deepEqual(
      (await get('SN-P')).children.map((one) => one.serial_number),
      ['SN-C2'],
    );
    assert.deepEqual((await remove('SN-Q', 'SN-C1')).json(), { id: child.id });
    assert.equal((await get('SN-C1')).parent, null);
    await bench.user.call(units.delete, { query: { serial_numbers: 'SN-P' } });
    assert.equal((await get('SN-C2')).parent, null);
  });

  it('are never their own sub-units at any depth', async () => {
    const chain = ['D0', 'D1', 'D2', 'D3', 'D4'];
    for (const serial of chain) await create(serial);
    for (const [i, serial] of chain.entries()) {
      const next = chain[i + 1];
      if (next !== undefined) assert.equal((await add(serial, next)).status, 200);
    }
    for (const [parent, child] of [
      ['D0', 'd0'],
      ['D1', 'D0'],
      ['D4', 'D0'],
      ['D4', 'D2'],
    ] as const) {
      const reply = await add(parent, child);
      assert.equal(reply.status, 400);
      assert.match(reply.text, /cannot be a sub-unit of/);
    }
    assert.equal((await add('D0', 'D4')).status, 200);
  });

  it('are never their own sub-units after simultaneous requests', async () => {
    for (const serial of ['R0', 'R1', 'R2']) await create(serial);
    for (let i = 0; i < 5; i++) {
      const replies = await Promise.all([add('R0', 'R1'), add('R1', 'R2'), add('R2', 'R0')]);
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 400]);
      await Promise.all([remove('R0', 'R1'), remove('R1', 'R2'), remove('R2', 'R0')]);
    }
  });
});
