import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import { attachments } from '../../src/shared/contract/attachments.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { unitAttachments } from '../../src/shared/contract/unitAttachments.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { attachmentPlaces, useAttachmentPlace } from './attachmentPlace.ts';
import { type TestStation, useServerProcess } from './bench.ts';
import { passedRun } from './runs.ts';

for (const placeName of attachmentPlaces)
  describe(`the life of an upload in ${placeName}`, function () {
    this.timeout(60_000);
    const place = useAttachmentPlace(placeName);
    const bench = useServerProcess(place.env, place.args);
    let station: TestStation;

    before(async () => {
      station = await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
    });

    const newRun = async (serial?: string) =>
      (await station.client.call(v1.createRun, { body: passedRun('FVT1', serial) })).id;
    const initialize = () => station.client.call(attachments.initialize, { body: { name: 'file.txt' } });
    const put = async (url: string, body: string) => (await fetch(url, { method: 'PUT', body })).status;
    const isStored = (id: string) => place.names(bench.folder).includes(id);
    const attachmentsOf = async (id: string) => (await bench.user.call(runs.get, { params: { id } })).attachments;

    it('continues after a restart of the server, with the same addresses', async () => {
      const { id, upload_url } = await initialize();
      await bench.restart((server) => server.kill());
      assert.equal(await put(upload_url, 'kept'), 200);
      const { url } = await station.client.call(attachments.finalize, { params: { id } });
      await bench.restart((server) => server.stop());
      assert.equal(await (await fetch(url)).text(), 'kept');
    });

    it('leaves no file if its content is incomplete', async () => {
      const { id, upload_url } = await initialize();
      const sent = request(upload_url, { method: 'PUT', headers: { 'Content-Length': 1000 } });
      sent.on('error', () => {});
      await new Promise<void>((written) => sent.write('half', () => written()));
      const incoming = join(bench.folder, 'attachments', 'incoming');
      const coming = (): boolean => existsSync(incoming) && readdirSync(incoming).length > 0;
      while (!coming()) await new Promise(setImmediate);
      sent.destroy();
      while (coming()) await new Promise(setImmediate);
      assert.equal(isStored(id), false);
      const { status } = await station.client.send(attachments.finalize, { params: { id } });
      assert.equal(status, 409);
      assert.equal(await put(upload_url, 'whole'), 200);
    });

    it('belongs to the run that it was created for and appears when its content is complete', async () => {
      const run = await newRun();
      const params = { id: run };
      const { id, upload_url } = await station.client.call(runs.createAttachment, {
        params,
        body: { name: 'curve.csv' },
      });
      assert.deepEqual(await attachmentsOf(run), []);
      assert.equal(await put(upload_url, '1,2'), 200);
      assert.deepEqual(
        (await attachmentsOf(run)).map((attachment) => [attachment.id, attachment.name, attachment.size]),
        [[id, 'curve.csv', 3]],
      );
      assert.equal(await put(upload_url, 'other'), 409);
      const other = await bench.station('Bench 2');
      assert.equal((await other.client.send(runs.createAttachment, { params, body: { name: 'x' } })).status, 403);
    });

    it('ends with its run or unit or when it is deleted, and its file is removed', async () => {
      const run = await newRun('Ending');
      const ofRun = await station.client.call(runs.createAttachment, { params: { id: run }, body: { name: 'a' } });
      const serial = { serial_number: 'Ending' };
      const ofUnit = await station.client.call(unitAttachments.create, { params: serial, body: { name: 'b' } });
      const loose = await initialize();
      for (const { upload_url } of [ofRun, ofUnit, loose]) assert.equal(await put(upload_url, 'x'), 200);
      await station.client.call(attachments.delete, { query: { ids: loose.id } });
      assert.equal(isStored(loose.id), false);
      await bench.user.call(runs.delete, { query: { ids: run } });
      assert.deepEqual([isStored(ofRun.id), isStored(ofUnit.id)], [false, true]);
      await bench.user.call(units.delete, { query: { serial_numbers: 'Ending' } });
      assert.equal(isStored(ofUnit.id), false);
    });

    it('ends after a day if it is attached to nothing', async () => {
      const old = await initialize();
      const fresh = await initialize();
      const taken = await initialize();
      for (const { upload_url } of [old, fresh, taken]) await put(upload_url, 'x');
      const run = await newRun();
      await station.client.call(runs.update, { params: { id: run }, body: { attachments: [taken.id] } });
      await bench.restart(async (server) => {
        await server.stop();
        const database = new DatabaseSync(join(bench.folder, 'stations.db'));
        const age = database.prepare('update uploads set created_at = created_at - 90000000 where id in (?, ?)');
        age.run(old.id, taken.id);
        database.close();
      });
      while (isStored(old.id)) await new Promise((later) => setTimeout(later, 10));
      assert.deepEqual([isStored(fresh.id), isStored(taken.id)], [true, true]);
      assert.equal((await station.client.send(attachments.finalize, { params: { id: old.id } })).status, 404);
      assert.equal((await attachmentsOf(run)).length, 1);
    });
  });
