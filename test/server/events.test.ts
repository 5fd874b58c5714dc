import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, it } from 'mocha';
import { errorAnswer } from '../../src/shared/contract/common.ts';
import { events } from '../../src/shared/contract/events.ts';
import { local } from '../../src/shared/contract/local.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, useServerProcess } from './bench.ts';
import { type EventClient, listenTo } from './eventClient.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';
import { newUserKey, runServerProgram, temporaryFolder } from './support.ts';

describe('the event stream', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const open: EventClient[] = [];
  const listen = async (lastEventId?: number, key = adminKey): Promise<EventClient> => {
    const client = await listenTo(bench.server.url, key, lastEventId);
    open.push(client);
    return client;
  };
  const hello = async (client: EventClient): Promise<number> => {
    const first = await client.next();
    assert.ok(first?.event === 'hello', JSON.stringify(first));
    return first.id;
  };
  const create = async (name: string) => (await bench.user.call(stations.create, { body: { name } })).id;
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
  });

  it('reports every change of stations, procedures, links, keys and runs in order', async () => {
    const stream = await listen();
    await hello(stream);
    const procedure = await bench.procedure('Told', 'TOLD');
    const station = await bench.station('Told', procedure);
    const params = { id: station.id };
    await bench.user.call(stations.update, { params, body: { name: 'Told again' } });
    await bench.user.call(local.generateKey, { params });
    await bench.user.call(v1.createRun, { body: passedRun('TOLD') });
    await bench.user.call(local.unlinkProcedure, { params: { ...params, procedure_id: procedure } });
    await bench.user.call(local.deleteKey, { params });
    await bench.user.call(stations.remove, { params });
    assert.deepEqual(await stream.kinds(11), [
      'procedure.created',
      'station.created',
      'link.created',
      'key.created',
      'station.updated',
      'key.deleted',
      'key.created',
      'run.created',
      'link.deleted',
      'key.deleted',
      'station.deleted',
    ]);
  });

  it('names the changed resource in an event', async () => {
    const procedure = await bench.procedure('Named', 'NAMED');
    const station = await bench.station('Named', procedure);
    const stream = await listen();
    const newest = await hello(stream);
    const { id: run } = await station.client.call(v1.createRun, { body: passedRun('NAMED') });
    const change = await stream.next();
    assert.ok(change?.event === 'change');
    assert.equal(change.id, newest + 1);
    const { at, ...data } = change.data;
    assert.deepEqual(data, {
      kind: 'run.created',
      station_id: station.id,
      procedure_id: procedure,
      run_id: run,
    });
    assert.match(at, /^\d{4}-.*Z$/);
  });

  it('reports a run whose metadata or attachments change, but not each run of a changed unit', async () => {
    await bench.procedure('Changed', 'CHANGED');
    const run = async (part_number: string) => {
      const unit_under_test = { serial_number: 'SN-CHANGED', part_number };
      return (await bench.user.call(v1.createRun, { body: { ...passedRun('CHANGED'), unit_under_test } })).id;
    };
    const id = await run('PCBA01');
    const stream = await listen();
    await hello(stream);
    await run('PCBA02');
    await bench.user.call(runs.updateMetadata, { params: { id }, body: { metadata: { shift: 'late' } } });
    const upload = await bench.user.call(v1.initializeUpload, { body: { name: 'note.txt' } });
    await fetch(upload.uploadUrl, { method: 'PUT', body: 'note' });
    await bench.user.call(v1.syncUpload, { body: { upload_id: upload.id, run_id: id } });
    await bench.user.call(runs.delete, { query: { ids: id } });
    assert.deepEqual(await stream.kinds(4), ['run.created', 'run.updated', 'run.updated', 'run.deleted']);
    await create('Nothing between');
    assert.deepEqual(await stream.kinds(1), ['station.created']);
  });

  it('resumes after the last event, also after the server was killed', async () => {
    const first = await listen();
    const before = await hello(first);
    await create('Before the kill');
    const change = await first.next();
    assert.equal(change?.id, before + 1);
    await create('Missed');
    await bench.restart((server) => server.kill());
    await create('After the kill');
    const second = await listen(change.id);
    assert.equal(await hello(second), change.id);
    assert.deepEqual(await second.kinds(2), ['station.created', 'station.created']);
  });

  it('sends every event to every client', async () => {
    const streams = await Promise.all([listen(), listen(), listen()]);
    for (const stream of streams) await hello(stream);
    await Promise.all([create('One'), create('Two'), create('Three')]);
    const told = await Promise.all(streams.map((stream) => stream.kinds(3)));
    assert.deepEqual(
      told,
      streams.map(() => ['station.created', 'station.created', 'station.created']),
    );
  });

  it('sends a reset to a client whose last event is unknown or no longer stored', async () => {
    const database = new DatabaseSync(join(bench.folder, 'stations.db'));
    database.exec(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 10200)
      insert into changes (at, kind) select 0, 'station.updated' from n`);
    const kept = Number(database.prepare('select count(*) as kept from changes').get()?.['kept']);
    const newest = Number(database.prepare('select max(id) as newest from changes').get()?.['newest']);
    database.close();
    assert.ok(kept >= 10_000 && kept < 10_100, `${kept} are kept`);
    for (const last of [1, newest - kept - 1, newest + 1]) {
      const stream = await listen(last);
      await hello(stream);
      const reset = await stream.next();
      assert.ok(reset?.event === 'reset', `after ${last}: ${JSON.stringify(reset)}`);
      assert.equal(reset.id, newest);
      await stream.close();
    }
    const behind = await listen(newest - kept);
    await hello(behind);
    assert.equal((await behind.next())?.id, newest - kept + 1);
    const stream = await listen(1);
    await hello(stream);
    await stream.next();
    await create('After the reset');
    assert.deepEqual(await stream.kinds(1), ['station.created']);
  });

  it('ends the stream of a key that is deleted, also by another process', async () => {
    const key = await newUserKey(bench.folder);
    const ending = await listen(undefined, key);
    await hello(ending);
    const database = new DatabaseSync(join(bench.folder, 'stations.db'));
    database.exec(`delete from api_keys where created_at = (select max(created_at) from api_keys)`);
    database.close();
    // The end of the key itself is not told any more.
    assert.equal(await ending.next(), null);
    const other = await listen();
    await hello(other);
  });

  it('misses nothing while a backup is made and other processes create keys and write', async () => {
    const stream = await listen();
    const before = await hello(stream);
    const database = new DatabaseSync(join(bench.folder, 'stations.db'), { timeout: 10_000 });
    const others = Promise.all([
      runServerProgram(['backup', '--data', bench.folder, '--to', join(temporaryFolder(), 'copy')]),
      newUserKey(bench.folder),
      newUserKey(bench.folder),
    ]);
    for (let n = 0; n < 40; n++) {
      await create(`Beside ${n}`);
      database.exec("insert into changes (at, kind) values (0, 'station.updated')");
    }
    const [{ code, stderr }] = await others;
    assert.equal(code, 0, stderr);
    const newest = Number(database.prepare('select max(id) as newest from changes').get()?.['newest']);
    database.close();
    assert.equal(newest, before + 40 + 40 + 2);
    for (let id = before + 1; id <= newest; id++) assert.equal((await stream.next())?.id, id);
  });

  it('refuses an event stream to station keys and for a malformed last event', async () => {
    const station = await bench.station('Not for stations');
    assert.equal((await station.client.send(events.stream)).status, 403);
    const reply = await send(bench.server.url, 'GET', events.stream.path, {
      key: adminKey,
      headers: { 'Last-Event-ID': 'x' },
    });
    assert.equal(reply.status, 400);
    assert.match(errorAnswer.parse(reply.json()).issues?.[0]?.message ?? '', /Last-Event-ID/);
  });

  it('keeps up to 500 event streams open, and says so when there is no place for another', async () => {
    const streams: EventClient[] = [];
    // All at once, a busy machine could need longer than a server waits for the headers of a request.
    while (streams.length < 500) streams.push(...(await Promise.all(Array.from({ length: 50 }, () => listen()))));
    const refused = await bench.user.send(events.stream);
    assert.equal(refused.status, 429);
    assert.match(errorAnswer.parse(refused.json()).message, /limit of 500 event streams/);
    assert.equal((await bench.user.send(events.stream)).status, 429);
    const log = bench.server.stderr();
    assert.equal(log.split('The limit of 500 event streams was reached.').length, 2, log);
    await streams.pop()?.close();
    await streams[0]?.close();
    open.splice(0, 1);
    // The place is free when the server has noticed.
    while ((await fetchStatus()) === 429);
  });

  const fetchStatus = async () => {
    const { status, body } = await fetch(bench.server.url + events.stream.path, {
      headers: { Authorization: `Bearer ${adminKey}` },
    });
    await body?.cancel();
    return status;
  };

  it('ends the event streams when the server stops, also for a client that does not read', async () => {
    const stream = await listen();
    await hello(stream);
    await listen(1);
    await bench.restart(async (server) => assert.equal((await server.stop()).code, 0));
    assert.equal(await stream.next(), null);
  });
});
