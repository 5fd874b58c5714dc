import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { skip } from '../support/skip.ts';
import { adminKey, useServerProcess } from './bench.ts';

/** What people and instruments could put into a name: markup, terminal codes, text that runs backwards, a path. */
const hostile = [
  '<img src=x onerror=alert(1)>',
  '\u001b[2J\u001b[31mred',
  'SN\u202e1000-NS',
  '../../etc/passwd',
  "'; drop table runs; --",
];

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((each) => join(each.parentPath, each.name));

describe('an attacker', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const body = (serial_number: string) => ({
    unit_under_test: { serial_number, part_number: 'PCBA01' },
    run_passed: true,
    procedure_id: 'ATT',
  });
  const upload = async (content: string): Promise<string> => {
    const { id, uploadUrl } = await bench.user.call(v1.initializeUpload, { body: { name: '../../evil.html' } });
    assert.equal((await fetch(uploadUrl, { method: 'PUT', body: content })).status, 200);
    return id;
  };

  it('creates data folder files that other accounts of the machine cannot open', async function () {
    if (process.platform === 'win32') skip(this, 'accounts and modes of files are those of Linux and macOS');
    await bench.procedure('Attack', 'ATT');
    const { id } = await bench.user.call(v1.createRun, { body: body('SN-1') });
    await bench.user.call(v1.syncUpload, { body: { upload_id: await upload('content'), run_id: id } });
    for (const path of [bench.folder, ...filesBelow(bench.folder)]) {
      assert.equal(statSync(path).mode & 0o077, 0, `${path} is open to others`);
    }
  });

  it('writes no key to the data folder or the output of the server', async () => {
    const station = await bench.station('Secret');
    await station.client.call(stations.getCurrent);
    await bench.user.send(v1.createRun, { body: { procedure_id: station.key } });
    const texts = filesBelow(bench.folder).filter((path) => statSync(path).isFile());
    for (const path of texts) {
      const content = readFileSync(path);
      for (const key of [adminKey, station.key]) assert.ok(!content.includes(key), `a key is in ${path}`);
    }
    for (const key of [adminKey, station.key]) assert.ok(!bench.server.stderr().includes(key));
  });

  it('lets a station key change no data of other stations and read no other key', async () => {
    const own = await bench.station('Own', await bench.procedure('Own procedure', 'OWN'));
    const other = await bench.station('Other');
    const run = await bench.user.call(v1.createRun, { body: body('SN-OTHER') });
    const refused = [
      await own.client.send(local.generateKey, { params: { id: other.id } }),
      await own.client.send(local.generateKey, { params: { id: own.id } }),
      await own.client.send(local.deleteKey, { params: { id: other.id } }),
      await own.client.send(stations.update, { params: { id: other.id }, body: { name: 'Mine' } }),
      await own.client.send(stations.remove, { params: { id: other.id } }),
      await own.client.send(stations.create, { body: { name: 'New' } }),
      await own.client.send(runs.delete, { query: { ids: [run.id] } }),
      await own.client.send(v1.createRun, { body: body('SN-2') }), // of a procedure that is not linked to it
    ];
    assert.deepEqual(
      refused.map(({ status }) => status),
      refused.map(() => 403),
    );
    const shown = await bench.user.call(stations.get, { params: { id: other.id } });
    assert.ok(!JSON.stringify(shown).includes(other.key));
    await other.client.call(stations.getCurrent); // its key still works
  });

  it('never serves an attachment as a page of the server', async () => {
    const { id } = await bench.user.call(v1.createRun, { body: body('SN-3') });
    await bench.user.call(v1.syncUpload, {
      body: { upload_id: await upload('<script>alert(1)</script>'), run_id: id },
    });
    const { attachments } = await bench.user.call(runs.get, { params: { id } });
    const reply = await fetch(String(attachments[0]?.download_url));
    assert.match(reply.headers.get('content-disposition') ?? '', /^attachment; /);
    assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
  });

  it('stores hostile texts in every field unchanged and without side effects', async () => {
    for (const text of hostile) {
      const { id } = await bench.user.call(stations.create, { body: { name: text } });
      assert.equal((await bench.user.call(stations.get, { params: { id } })).name, text);
      const run = await bench.user.call(v1.createRun, { body: { ...body(text), phases: [], run_passed: false } });
      assert.equal((await bench.user.call(runs.get, { params: { id: run.id } })).unit.serial_number, text);
      const { data } = await bench.user.call(runs.list, { query: { serial_numbers: [text] } });
      assert.deepEqual(
        data.map((each) => each.id),
        [run.id],
      );
    }
  });
});
