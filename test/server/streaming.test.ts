import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { findCertificates } from '../../src/server/live/streaming/certificates.ts';
import { local } from '../../src/shared/contract/local.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { adminKey, type TestStation, useServerProcess } from './bench.ts';
import { MqttClient } from './mqttClient.ts';
import { pythons } from './pythons.ts';
import { StreamedScript } from './streamedScript.ts';
import { temporaryFolder } from './support.ts';
import { watch, type Watcher } from './watcher.ts';

/** The newest official client streams no more: the oldest supported one does. */
const streamingPython = (): string => pythons().at(-1) ?? '';

describe('live streams', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  const folder = temporaryFolder();
  let station: TestStation;
  let script: StreamedScript | undefined;
  let procedure = '';
  let count = 0;
  const ca = (): string => String(bench.server.address.ca);
  const start = (trusts = true): StreamedScript => {
    const own = join(folder, String(count));
    mkdirSync(own);
    const options = { folder: own, ca: trusts ? ca() : null };
    script = new StreamedScript(streamingPython(), bench.server.url, station.key, options);
    return script;
  };
  const watcher = (): Promise<Watcher> => watch(bench.server.url, station.id, station.key);
  const answer = (prompt_id: string) =>
    station.client.call(operator.answer, { params: { id: station.id }, body: { prompt_id, text: 'green' } });
  const fresh = async (): Promise<void> => {
    procedure ||= await bench.procedure('Functional test', 'FVT1');
    station = await bench.station(`Streaming ${(count += 1)}`, procedure);
  };

  afterEach(() => script?.kill());

  describe('of the official client', () => {
    beforeEach(fresh);

    it('reports and answers the live stream of a client until its test ends', async () => {
      const seen = await watcher();
      const streamed = start();
      const asked = await seen.until(({ test }) => test?.prompt != null);
      assert.equal(asked.source, 'stream');
      assert.equal(asked.test?.prompt?.message, 'Which colour has the LED?');
      await answer(asked.test.prompt.id);
      await seen.until(
        ({ test }) => test?.phases.some(({ name, state }) => name === 'measure' && state === 'RUNNING') === true,
      );
      streamed.goOn();
      const done = await seen.until(({ test }) => test?.status === 'completed');
      assert.equal(done.test?.outcome, 'PASS');
      assert.equal(await streamed.ended(), 0);
      assert.match(streamed.output, /Connected to TofuPilot real-time server/);
      assert.doesNotMatch(streamed.output, /TP:WRN|disable Operator UI/);
      assert.ok(streamed.output.includes(`${bench.server.url}/operator/#${station.id}/tsl_`), streamed.output);
      const { data } = await bench.user.call(runs.list, { query: { created_by_station_ids: station.id } });
      assert.equal(data.length, 1);
      await seen.close();
    });

    it('reports a live stream that breaks off as lost', async () => {
      const seen = await watcher();
      const streamed = start();
      await seen.until(({ test }) => test?.prompt != null);
      await streamed.kill();
      await seen.until(({ connected }) => !connected);
      await seen.close();
    });

    it('ends the live streams of a deleted key', async () => {
      const seen = await watch(bench.server.url, station.id, adminKey);
      start();
      await seen.until(({ test }) => test?.prompt != null);
      await bench.user.call(local.generateKey, { params: { id: station.id } });
      await seen.until(({ connected }) => !connected);
      await seen.close();
    });

    it('continues a live stream over a restart of the server during the test', async () => {
      const first = await watcher();
      const streamed = start();
      await first.until(({ test }) => test?.prompt != null);
      const port = bench.server.address.mqtt;
      await bench.restart((server) => server.kill());
      assert.equal(bench.server.address.mqtt, port);
      const seen = await watcher();
      const asked = await seen.until(({ test }) => test?.prompt != null);
      await answer(asked.test?.prompt?.id ?? '');
      await seen.until(({ test }) => test?.phases.some(({ name }) => name === 'measure') === true);
      streamed.goOn();
      await seen.until(({ test }) => test?.status === 'completed');
      assert.equal(await streamed.ended(), 0);
      const { data } = await bench.user.call(runs.list, { query: { created_by_station_ids: station.id } });
      assert.equal(data.length, 1);
      await seen.close();
    });

    it('accepts a run from a client that cannot open a live stream', async () => {
      const streamed = start(false);
      await streamed.says(/CERTIFICATE_VERIFY_FAILED/);
      await streamed.kill(); // its prompt has nobody who could answer
    });
  });

  describe('of other clients', () => {
    const authority = (): string => readFileSync(ca(), 'utf8');
    const credentials = () => station.client.call(v1.streaming);
    const open = async (given: Awaited<ReturnType<typeof credentials>>) => MqttClient.open(given, authority());
    const connected = async (given: Awaited<ReturnType<typeof credentials>>): Promise<MqttClient> => {
      const client = await open(given);
      client.connect(given);
      assert.equal((await client.packet('connack')).returnCode, 0);
      return client;
    };
    before(fresh);

    it('accepts messages that a client sends before the CONNACK', async () => {
      const given = await credentials();
      const client = await open(given);
      client.connect(given);
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: given.subscribeOptions.topic, qos: 1 }] });
      assert.deepEqual((await client.packet('suback')).granted, [1]);
      client.socket.destroy();
    });

    it('refuses a live stream with an unknown token or without a will', async () => {
      const given = await credentials();
      const wrong = await open(given);
      wrong.connect({ ...given, token: 'no-such-token' });
      assert.equal((await wrong.packet('connack')).returnCode, 5);
      await wrong.ended();
      const without = await open(given);
      without.connect(given, 'will');
      await without.ended();
      const nameless = await open(given);
      nameless.connect(given, 'password');
      await nameless.ended();
    });

    it('lets a client use only the topics of its own session', async () => {
      const [given, other] = [await credentials(), await credentials()];
      const victim = await connected(other);
      victim.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: other.subscribeOptions.topic, qos: 1 }] });
      await victim.packet('suback');
      for (const topic of [other.subscribeOptions.topic, '#', '+/+/in', '$SYS/#', other.publishOptions.topic]) {
        const spy = await connected(given);
        spy.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });
        assert.deepEqual((await spy.packet('suback')).granted, [128], topic);
        spy.socket.destroy();
      }
      for (const topic of [
        other.subscribeOptions.topic,
        other.publishOptions.topic,
        given.subscribeOptions.topic,
        'any',
      ]) {
        const liar = await connected(given);
        liar.publish(topic, '{"source":"web","message":{}}');
        await liar.ended();
      }
      assert.ok(!victim.received.some(({ cmd }) => cmd === 'publish'));
      victim.socket.destroy();
    });

    it('ignores messages that are no state of OpenHTF', async () => {
      const given = await credentials();
      const client = await connected(given);
      const texts = [
        '',
        '{',
        'null',
        '[]',
        '{"action":"send"}',
        '{"action":"send","source":"web","message":{}}',
        '\u0000',
      ];
      for (const text of texts) client.publish(given.publishOptions.topic, text);
      client.publish(given.publishOptions.topic, Buffer.from([0xff, 0xfe, 0x80]));
      client.send({ cmd: 'pingreq' });
      await client.packet('pingresp');
      assert.equal((await station.client.call(operator.state, { params: { id: station.id } })).test, null);
      client.socket.destroy();
    });

    it('disconnects clients that send too large a packet or none', async () => {
      const given = await credentials();
      const large = await connected(given);
      const head = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]); // the head of a PUBLISH with 256 MB
      large.socket.write(head);
      await large.ended();
      const garbage = await open(given);
      garbage.socket.write(Buffer.alloc(4096, 0xff));
      await garbage.ended();
      const again = await connected(await credentials()); // the broker goes on
      again.socket.destroy();
    });

    it('accepts the token of a session again when its client reconnects', async () => {
      const given = await credentials();
      const first = await connected(given);
      const second = await connected(given);
      await first.ended();
      second.send({ cmd: 'pingreq' });
      await second.packet('pingresp');
      second.socket.destroy();
    });

    it('assigns the live stream of a user key to no station', async () => {
      const given = await bench.user.call(v1.streaming);
      assert.equal(given.operatorPage, `${bench.server.url}/operator/`);
      const client = await connected(given);
      client.socket.destroy();
    });
  });

  describe('have certificates', () => {
    it('creates certificates at the first start, for this user only, and keeps them', async () => {
      const own = join(bench.folder, 'certificates');
      const before = readFileSync(join(own, 'server.pem'), 'utf8');
      if (process.platform !== 'win32') assert.equal(statSync(join(own, 'server.key')).mode & 0o777, 0o600);
      await bench.restart((server) => server.stop());
      assert.equal(readFileSync(join(own, 'server.pem'), 'utf8'), before);
    });

    it('renews certificates before they expire, for another host, and when they are damaged', async () => {
      const own = join(folder, 'renewed');
      const year = 365 * 24 * 60 * 60 * 1000;
      const first = await findCertificates(own, ['127.0.0.1']);
      assert.deepEqual(await findCertificates(own, ['127.0.0.1']), first);
      const later = await findCertificates(own, ['127.0.0.1'], Date.now() + 4.9 * year);
      assert.notEqual(later.authority, first.authority);
      const now = await findCertificates(own, ['127.0.0.1']);
      const lab = await findCertificates(own, ['lab.example']);
      assert.notEqual(lab.certificate, now.certificate);
      assert.equal(new X509Certificate(lab.certificate).checkHost('lab.example'), 'lab.example');
      assert.ok(existsSync(join(own, 'ca.pem')));
    });
  });
});
