import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { type QueuePlace, StationQueue } from '../../../src/extension/run/stationQueue.ts';

async function stateOf(place: QueuePlace<string>): Promise<boolean | 'waits'> {
  return Promise.race([place.turn, setImmediate('waits' as const)]);
}

const never = (): boolean => false;

describe('StationQueue', () => {
  it('gives a station to one run at a time, in the order in which the runs joined', async () => {
    const queue = new StationQueue<string>(never);
    const [first, second, third] = ['a', 'b', 'c'].map((run) => queue.join('S', run)) as [
      QueuePlace<string>,
      QueuePlace<string>,
      QueuePlace<string>,
    ];
    assert.deepEqual([first.ahead, second.ahead, third.ahead], [[], ['a'], ['a', 'b']]);
    assert.deepEqual([await stateOf(first), await stateOf(second), await stateOf(third)], [true, 'waits', 'waits']);
    first.leave();
    assert.deepEqual([await stateOf(second), await stateOf(third)], [true, 'waits']);
    second.leave();
    assert.equal(await stateOf(third), true);
  });

  it('lets a run leave the queue before its turn without delaying the next run', async () => {
    const queue = new StationQueue<string>(never);
    const first = queue.join('S', 'a');
    const second = queue.join('S', 'b');
    const third = queue.join('S', 'c');
    second.leave();
    second.leave();
    assert.deepEqual([await stateOf(second), await stateOf(third)], [false, 'waits']);
    first.leave();
    assert.equal(await stateOf(third), true);
  });

  it('queues the runs of each station separately, and removes an empty queue', async () => {
    const queue = new StationQueue<string>(never);
    const here = queue.join('S', 'a');
    const there = queue.join('T', 'b');
    assert.deepEqual([await stateOf(here), await stateOf(there)], [true, true]);
    here.leave();
    here.leave();
    assert.deepEqual(queue.join('S', 'c').ahead, []);
    assert.deepEqual(queue.join('T', 'd').ahead, ['b']);
  });

  it('gives a station to runs that share it, and to those that waited behind another one after it', async () => {
    const queue = new StationQueue<string>((one, other) => other.startsWith(one.charAt(0)) && one !== other);
    const [one, two, other, three] = ['a1', 'a2', 'b1', 'a3'].map((run) => queue.join('S', run)) as [
      QueuePlace<string>,
      QueuePlace<string>,
      QueuePlace<string>,
      QueuePlace<string>,
    ];
    const states = () => Promise.all([one, two, other, three].map(stateOf));
    assert.deepEqual([one.ahead, two.ahead, other.ahead, three.ahead], [[], [], ['a1', 'a2'], ['a1', 'a2', 'b1']]);
    assert.deepEqual(await states(), [true, true, 'waits', 'waits']);
    one.leave();
    assert.deepEqual(await states(), [true, true, 'waits', 'waits']);
    two.leave();
    assert.deepEqual(await states(), [true, true, true, 'waits']);
    other.leave();
    assert.equal(await stateOf(three), true);
  });

  it('never gives a station to two runs that may not share it, nor to a run before one that waits and came first', () => {
    const scripts = ['a', 'b'];
    const step = fc.record({
      script: fc.constantFrom(...scripts),
      slot: fc.integer({ min: 1, max: 3 }),
      leaves: fc.boolean(),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const mayShare = (one: string, other: string): boolean => other.startsWith(one.charAt(0)) && one !== other;
        const queue = new StationQueue<string>(mayShare);
        let places: { run: string; place: QueuePlace<string> }[] = [];
        for (const { script, slot, leaves } of steps) {
          const run = `${script}${slot}`;
          const known = places.find((each) => each.run === run);
          if (leaves && known !== undefined) {
            known.place.leave();
            places = places.filter((each) => each !== known);
          } else if (known === undefined) places.push({ run, place: queue.join('S', run) });
          const states = await Promise.all(places.map(({ place }) => stateOf(place)));
          const expected = places.map((each, index) =>
            places.slice(0, index).every((before) => mayShare(before.run, each.run)) ? true : 'waits',
          );
          assert.deepEqual(states, expected);
        }
      }),
      { numRuns: 50 },
    );
  });
});
