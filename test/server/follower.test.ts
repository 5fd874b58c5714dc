import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import * as z from 'zod';
import { systemClock } from '../../src/server/live/presence/clock.ts';
import { Followers } from '../../src/server/live/presence/followers.ts';
import type { LiveStream, StreamListener } from '../../src/server/live/streaming/streams.ts';
import { freePort } from '../support/freePort.ts';
import { pythons } from './pythons.ts';
import { SetServerClock } from './setServerClock.ts';
import { startStationServer, type StationServer } from './stationServer.ts';

const userInput = 'openhtf.plugs.user_input.UserInput';
const shown = z.object({
  status: z.string(),
  plugs: z.object({ plug_states: z.object({ [userInput]: z.object({ id: z.string() }).nullish() }) }),
});

/** What a follower tells, to be waited for. */
class Told implements StreamListener {
  readonly words: string[] = [];
  stream: LiveStream | undefined;
  last: z.infer<typeof shown> | undefined;
  #wake = (): void => {};

  opened(stream: LiveStream): void {
    this.stream = stream;
    this.#say('opened');
  }
  state(_: LiveStream, state: unknown): void {
    this.last = shown.safeParse(state).data;
    this.#say(`state ${this.last?.status ?? JSON.stringify(state)}`);
  }
  closed(_: LiveStream, how: string): void {
    this.#say(`closed ${how}`);
  }

  async until(isIt: () => boolean): Promise<void> {
    while (!isIt()) await new Promise<void>((wake) => (this.#wake = wake));
  }

  #say(word: string): void {
    this.words.push(word);
    this.#wake();
  }
}

/** Leads to another port, until it is cut as a cable would be: nothing is closed, and nothing arrives. */
async function cable(port: number): Promise<{ port: number; cut(): void; close(): void }> {
  const sockets: Socket[] = [];
  let isCut = false;
  const server: Server = createServer((near) => {
    const far = createConnection(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    sockets.push(near, far);
    if (isCut) return;
    near.pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: z.object({ port: z.number() }).parse(server.address()).port,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

for (const python of pythons()) {
  describe(`a followed OpenHTF station server (${python.split('/').at(-3)})`, function () {
    this.timeout(60_000);
    let [script, followers]: [StationServer?, Followers?] = [];
    afterEach(async () => {
      followers?.stop();
      await script?.end('kill');
    });

    it('reports the states of a followed server and sends it the answer to a prompt', async () => {
      const port = await freePort();
      const told = new Told();
      script = await startStationServer(python, port);
      followers = new Followers(systemClock, [told]);
      followers.follow('station', `127.0.0.1:${port}`);
      await told.until(() => told.words.length > 0);
      assert.equal(told.stream?.stationId, 'station');
      script.test();
      const prompt = () => told.last?.plugs.plug_states[userInput]?.id;
      await told.until(() => prompt() !== undefined);
      told.stream.send({ plug_name: userInput, method_name: 'respond', args: [prompt(), 'SN-42'] });
      await script.printed('label SN-42');
      await told.until(() => told.last?.status === 'COMPLETED');
      followers.follow('station', null);
      assert.deepEqual([told.words[0], told.words.at(-1)], ['opened', 'closed lost']);
    });

    it('asks a followed server for a test whose end it does not publish', async () => {
      const port = await freePort();
      const told = new Told();
      const clock = new SetServerClock('2026-03-02T10:00:00Z');
      script = await startStationServer(python, port);
      followers = new Followers(clock, [told]);
      followers.follow('station', `127.0.0.1:${port}`);
      await told.until(() => told.words.length > 0);
      script.test('quiet');
      const prompt = () => told.last?.plugs.plug_states[userInput]?.id;
      await told.until(() => prompt() !== undefined);
      const id = prompt();
      clock.pass(15_000);
      while (clock.waiting !== 1 || clock.next !== 15_000) await nextTurn();
      assert.equal(told.last?.status, 'RUNNING');
      told.stream?.send({ plug_name: userInput, method_name: 'respond', args: [id, 'SN-42'] });
      await script.printed('executed');
      assert.equal(told.last.status, 'RUNNING');
      clock.pass(15_000);
      await told.until(() => told.last?.status === 'COMPLETED');
    });

    it('marks a followed server as lost when its cable is cut and no connection closes', async () => {
      const port = await freePort();
      script = await startStationServer(python, port);
      const line = await cable(port);
      try {
        const clock = new SetServerClock('2026-03-02T10:00:00Z');
        const told = new Told();
        followers = new Followers(clock, [told]);
        followers.follow('station', `127.0.0.1:${line.port}`);
        await told.until(() => told.words.length > 0);
        // Asked in between, it answers.
        for (let n = 0; n < 3; n++) {
          clock.pass(15_000);
          while (clock.waiting !== 1 || clock.next !== 15_000) await nextTurn();
        }
        assert.deepEqual(told.words, ['opened']);
        line.cut();
        const cutAt = clock.now();
        while (told.words.length === 1) {
          clock.pass(1_000);
          await nextTurn();
        }
        assert.deepEqual(told.words, ['opened', 'closed lost']);
        assert.ok(clock.now() - cutAt >= 2 * 15_000 + 2 * 10_000);
      } finally {
        line.close();
      }
    });
  });
}

describe('a followed address', function () {
  this.timeout(60_000);

  it('retries a followed address at least every 15 seconds', async () => {
    const port = await freePort();
    const clock = new SetServerClock('2026-03-02T10:00:00Z');
    const told = new Told();
    const followers = new Followers(clock, [told]);
    followers.follow('station', `127.0.0.1:${port}`);
    const waits: number[] = [];
    for (let n = 0; n < 7; n++) {
      while (clock.waiting === 0) await nextTurn();
      waits.push(clock.next);
      clock.pass(clock.next);
    }
    followers.stop();
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    assert.deepEqual(told.words, []);
  });

  it('retries a followed address where another program listens', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('no HTTP\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const clock = new SetServerClock('2026-03-02T10:00:00Z');
    const told = new Told();
    const followers = new Followers(clock, [told]);
    followers.follow('station', `127.0.0.1:${port}`);
    while (clock.waiting === 0) await nextTurn();
    followers.stop();
    server.close();
    assert.deepEqual(told.words, []);
  });
});
