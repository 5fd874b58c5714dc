import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Turns } from '../../src/server/turns.ts';

describe('the turns of calls', () => {
  it('calls of a key run one after the other, and other events happen between them', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const call = (name: string): Promise<string> =>
      turns.take('one', async () => {
        seen.push(`${name} begins`);
        setImmediate(() => seen.push('event'));
        await Promise.resolve();
        seen.push(`${name} ends`);
        return name;
      });
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(call)), ['a', 'b', 'c']);
    assert.deepEqual(seen, [
      ...['a begins', 'a ends', 'event'],
      ...['b begins', 'b ends', 'event'],
      ...['c begins', 'c ends'],
    ]);
  });

  it('a call that waits or fails holds up no other key, and the next call of its key follows', async () => {
    const turns = new Turns();
    let fail = (): void => undefined;
    const first = turns.take('one', () => new Promise((_, reject) => (fail = () => reject(new Error('no figure')))));
    let hasSecond = false;
    const second = turns.take('one', () => Promise.resolve((hasSecond = true)));
    assert.equal(await turns.take('other', () => Promise.resolve(7)), 7);
    assert.equal(hasSecond, false);
    fail();
    await assert.rejects(first, /no figure/);
    assert.equal(await second, true);
  });
});
