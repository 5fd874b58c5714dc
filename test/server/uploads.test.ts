import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { attachmentPlaces, useAttachmentPlace } from './attachmentPlace.ts';
import { type TestStation, useServerProcess } from './bench.ts';
import type { TestClient } from './requests.ts';
import { passedRun } from './runs.ts';

const put = (url: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', body, headers, duplex: 'half' });

for (const placeName of attachmentPlaces)
  describe(`attachments in ${placeName}`, function () {
    this.timeout(60_000);
    const place = useAttachmentPlace(placeName);
    const bench = useServerProcess(place.env, place.args);
    let station: TestStation;

    before(async () => {
      station = await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
    });

    const initialize = (name: string, client: TestClient = station.client) =>
      client.call(v1.initializeUpload, { body: { name } });
    const newRun = async (client: TestClient = station.client) =>
      (await client.call(v1.createRun, { body: passedRun('FVT1') })).id;
    const sync = (upload_id: string, run_id: string, client: TestClient = station.client) =>
      client.send(v1.syncUpload, { body: { upload_id, run_id } });
    const attachmentsOf = async (id: string) => (await bench.user.call(runs.get, { params: { id } })).attachments;

    it('are uploaded without a key or content type and downloaded unchanged', async () => {
      const { url } = bench.server;
      const content = randomBytes(3 * 1024 * 1024);
      const { id, uploadUrl } = await initialize('data.bin');
      assert.ok(uploadUrl.startsWith(`${url}/api/uploads/${id}?`));
      assert.equal((await put(uploadUrl, content)).status, 200);
      const run = await newRun();
      assert.equal((await sync(id, run)).status, 200);
      const [attachment] = await attachmentsOf(run);
      assert.deepEqual(
        [attachment?.name, attachment?.size, attachment?.content_type, attachment?.is_report],
        ['data.bin', content.length, null, false],
      );
      const download = await fetch(attachment?.download_url ?? '');
      assert.ok(content.equals(Buffer.from(await download.arrayBuffer())));
      assert.equal(download.headers.get('content-type'), 'application/octet-stream');
      assert.equal(download.headers.get('content-disposition'), "attachment; filename*=UTF-8''data.bin");
    });

    it('are uploaded with chunked encoding or without content', async () => {
      for (const pieces of [['a', 'bc', 'def'], []]) {
        const { id, uploadUrl } = await initialize('pieces');
        const reply = await put(uploadUrl, ReadableStream.from(pieces.map((piece) => Buffer.from(piece))));
        assert.equal(reply.status, 200);
        const run = await newRun();
        await sync(id, run);
        const [attachment] = await attachmentsOf(run);
        assert.equal(await (await fetch(attachment?.download_url ?? '')).text(), pieces.join(''));
      }
    });

    it('are stored in their place even if their names are paths', async () => {
      for (const name of ['../../../escape', '/etc/escape', '..\\escape', 'C:\\escape', 'a\0b', '.', 'escape".html']) {
        const { id, uploadUrl } = await initialize(name);
        assert.equal((await put(uploadUrl, 'x', { 'Content-Type': 'text/html' })).status, 200);
        const run = await newRun();
        await sync(id, run);
        const [attachment] = await attachmentsOf(run);
        assert.equal(attachment?.name, name);
        const download = await fetch(attachment.download_url ?? '');
        assert.equal(
          download.headers.get('content-disposition'),
          `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        );
        assert.equal(download.headers.get('x-content-type-options'), 'nosniff');
      }
      const contents = place.names(bench.folder);
      assert.ok(contents.length > 0);
      for (const content of contents) assert.match(content, /^[0-9a-f-]{36}$/);
      assert.deepEqual(
        readdirSync(bench.folder).filter(
          (name) => !/^(stations|server)[.]|^(attachments|certificates|signing[.]secret)$/.test(name),
        ),
        [],
      );
    });

    it('are accessible only through signed addresses', async () => {
      const { id, uploadUrl } = await initialize('guarded');
      const other = await initialize('other');
      await put(uploadUrl, 'content');
      const run = await newRun();
      await sync(id, run);
      const download = (await attachmentsOf(run))[0]?.download_url ?? '';
      const expired = download.replace(/expires=\d+/, 'expires=1');
      const later = download.replace(/expires=(\d)/, 'expires=9$1');
      const otherFile = download.replace(id, other.id);
      for (const url of [
        download.split('?')[0] ?? '',
        expired,
        later,
        otherFile,
        uploadUrl.replace('uploads', 'attachments'),
      ]) {
        assert.equal((await fetch(url)).status, 403, url);
      }
      const foreign = uploadUrl.replace(id, other.id);
      for (const url of [uploadUrl.split('?')[0] ?? '', foreign, download.replace('attachments', 'uploads')]) {
        assert.equal((await put(url, 'y')).status, 403, url);
      }
      assert.equal(await (await fetch(download)).text(), 'content');
    });

    it('cannot be changed or moved to another run once they are complete', async () => {
      const { id, uploadUrl } = await initialize('once');
      assert.equal((await put(uploadUrl, 'first')).status, 200);
      assert.equal((await put(uploadUrl, 'second')).status, 409);
      assert.equal((await put(uploadUrl, 'first')).status, 200);
      const run = await newRun();
      assert.equal((await sync(id, run)).status, 200);
      assert.equal((await sync(id, run)).status, 200);
      assert.equal((await put(uploadUrl, 'third')).status, 409);
      assert.equal((await sync(id, await newRun())).status, 409);
      const attachments = await attachmentsOf(run);
      assert.equal(attachments.length, 1);
      assert.equal(await (await fetch(attachments[0]?.download_url ?? '')).text(), 'first');
    });

    it('keep the content that was complete first', async () => {
      const { id, uploadUrl } = await initialize('raced');
      const slow = beginPut(uploadUrl);
      await slow.begun;
      assert.equal((await put(uploadUrl, 'GOOD!')).status, 200);
      const run = await newRun();
      assert.equal((await sync(id, run)).status, 200);
      slow.end('EVIL!');
      assert.equal(await slow.status, 409);
      const [attachment] = await attachmentsOf(run);
      assert.equal(await (await fetch(attachment?.download_url ?? '')).text(), 'GOOD!');
    });

    it('keep one complete content if many arrive at once', async () => {
      for (let round = 0; round < 5; round++) {
        const { id, uploadUrl } = await initialize(`crowd ${round}`);
        const contents = Array.from({ length: 8 }, (_, n) => Buffer.alloc(50_000 + n, n));
        const statuses = await Promise.all(contents.map(async (content) => (await put(uploadUrl, content)).status));
        assert.deepEqual([...statuses].sort(), [200, 409, 409, 409, 409, 409, 409, 409]);
        const run = await newRun();
        await sync(id, run);
        const [attachment] = await attachmentsOf(run);
        const got = Buffer.from(await (await fetch(attachment?.download_url ?? '')).arrayBuffer());
        assert.ok(contents[statuses.indexOf(200)]?.equals(got));
        assert.equal(attachment?.size, got.length);
      }
    });

    it('are not stored from an incomplete request and can be sent again', async () => {
      for (const how of ['destroy', 'end'] as const) {
        const { id, uploadUrl } = await initialize(`torn by ${how}`);
        const { pathname, search, port, hostname } = new URL(uploadUrl);
        const socket = connect(Number(port), hostname);
        socket.on('error', () => {});
        socket.write(
          `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 100\r\n\r\nhalf`,
        );
        await partsIn(1);
        if (how === 'destroy') socket.destroy();
        else socket.end();
        await partsIn(0);
        assert.equal((await sync(id, await newRun())).status, 409);
        assert.equal((await put(uploadUrl, 'whole')).status, 200);
      }
    });

    /** Waits until so many contents are on their way. */
    async function partsIn(count: number): Promise<void> {
      const incoming = join(bench.folder, 'attachments', 'incoming');
      const parts = () => (existsSync(incoming) ? readdirSync(incoming).length : 0);
      while (parts() !== count) await new Promise((done) => setTimeout(done, 20));
    }

    /** Begins to send a content. `begun` resolves when the server has taken the head of the request. */
    function beginPut(url: string) {
      const sent = request(url, { method: 'PUT', headers: { Expect: '100-continue' } });
      const status = new Promise((done, fail) =>
        sent.on('response', (reply) => done(reply.resume().statusCode)).on('error', fail),
      );
      const begun = new Promise((arrived) => sent.once('continue', arrived));
      sent.flushHeaders();
      return { begun, status, write: (text: string) => sent.write(text), end: (text: string) => sent.end(text) };
    }

    it('are not linked if they are unknown or have no content', async () => {
      const run = await newRun(bench.user);
      const { id } = await initialize('never', bench.user);
      const never = await sync(id, run, bench.user);
      assert.equal(never.status, 409);
      assert.match(never.text, /The content of \\"never\\" was never uploaded/);
      assert.equal((await sync(crypto.randomUUID(), run, bench.user)).status, 404);
      const { id: stored, uploadUrl } = await initialize('stored', bench.user);
      await put(uploadUrl, 'x');
      assert.equal((await sync(stored, crypto.randomUUID(), bench.user)).status, 404);
    });

    it('are linked by a station only from its own uploads to its own runs', async () => {
      const other = await bench.station('Bench 2');
      const own = await initialize('own', other.client);
      await put(own.uploadUrl, 'x');
      const run = await newRun();
      assert.equal((await sync(own.id, run, other.client)).status, 403);
      assert.equal((await sync(own.id, run)).status, 403);
      assert.equal((await sync(own.id, run, bench.user)).status, 200);
    });

    it('are refused above 100 MiB and leave no file', async () => {
      const { id, uploadUrl } = await initialize('huge');
      const piece = new Uint8Array(1024 * 1024);
      const pieces = ReadableStream.from(Array.from({ length: 101 }, () => piece));
      assert.equal((await put(uploadUrl, pieces)).status, 413);
      const names = readdirSync(join(bench.folder, 'attachments'), { recursive: true }).map(String);
      assert.deepEqual(
        names.filter((name) => name.endsWith('.part')),
        [],
      );
      assert.ok(!place.names(bench.folder).includes(id));
    });

    it('are received completely if the server is asked to stop during the upload', async () => {
      const { uploadUrl } = await initialize('slow');
      const sent = beginPut(uploadUrl);
      await sent.begun;
      sent.write('first half');
      await bench.restart(async (server) => {
        const ended = server.stop();
        // Refused from the moment on which the signal is handled.
        while (await fetch(`${server.url}/api/local/health`).catch(() => null));
        sent.end('second half');
        assert.equal(await sent.status, 200);
        assert.equal((await ended).code, 0);
      });
    });
  });
