import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RefusalError } from '../../src/server/http/refusalError.ts';
import { OpenStreams } from '../../src/server/live/openStreams.ts';
import { events } from '../../src/shared/contract/events.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { itSlow } from '../support/slow.ts';
import { adminKey, useServer } from './bench.ts';
import { randomNumbers } from './random.ts';
import { newUserKey } from './support.ts';
import { pathOf } from './watcher.ts';

describe('the number of event streams', function () {
  this.timeout(300_000);
  const bench = useServer();

  it('closes a stream of the owner with the most streams when the limit is reached', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`      seed ${seed}`);
    const random = randomNumbers(seed);
    for (let round = 0; round < 200; round++) {
      const most = 1 + Math.floor(random() * 12);
      const streams = new OpenStreams('streams', most);
      /** The owners of the open streams, oldest first. */
      let open: string[] = [];
      const countOf = (owner: string): number => open.filter((each) => each === owner).length;
      for (let step = 0; step < 60; step++) {
        const owner = 'abcdef'[Math.floor(random() ** 2 * 6)] ?? '';
        const before = [...open];
        try {
          const cut = (): void => void (open = open.toSpliced(open.indexOf(owner), 1));
          streams.open({ owner, keyId: owner, cut });
          open.push(owner);
        } catch (error) {
          assert.ok(error instanceof RefusalError);
          assert.ok(
            before.every((other) => countOf(other) <= countOf(owner) + 1),
            `${owner} in ${before.join('')}`,
          );
          assert.equal(before.length, most);
        }
        assert.equal(streams.count, open.length);
        assert.ok(open.length <= most);
      }
    }
  });

  // With three thousand connections. The rule is that of the test above.
  itSlow('lets no key and no link holder shut out other clients', async () => {
    const [shared, other] = [await bench.station('Shared'), await bench.station('Other')];
    const { url } = await shared.client.call(operator.link, { params: { id: shared.id } });
    const ended = new AbortController();
    // Node closes the stream of a response that is garbage collected.
    const replies: Response[] = [];
    const open = async (path: string, key: string): Promise<number> => {
      const headers = { Authorization: `Bearer ${key}` };
      const reply = await fetch(bench.server.url + path, { headers, signal: ended.signal });
      replies.push(reply);
      return reply.status;
    };
    const states = ({ id }: { id: string }): string => pathOf(operator.states, { id });
    const token = url.split('/').at(-1) ?? '';
    for (let n = 0; n < 2_500; n++) assert.equal(await open(states(shared), token), 200);
    assert.equal(await open(states(shared), token), 429);
    for (const [station, key] of [
      [other, other.key],
      [other, adminKey],
      [shared, shared.key],
    ] as const) {
      assert.equal(await open(states(station), key), 200);
    }
    const second = await newUserKey(bench.folder);
    for (let n = 0; n < 500; n++) assert.equal(await open(events.stream.path, second), 200);
    assert.equal(await open(events.stream.path, second), 429);
    assert.equal(await open(events.stream.path, adminKey), 200);
    ended.abort();
  });
});
