import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { type QueuePlace, StationQueue } from '../../../src/extension/run/stationQueue.ts';

async function stateOf(place: QueuePlace<string>): Promise<boolean | 'waits'> {
  return Promise.race([place.turn, setImmediate('waits' as const)]);
}

describe('StationQueue', () => {
  it('gives a station to one run at a time, in the order in which the runs joined', async () => {
    const queue = new StationQueue<string>();
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
    const queue = new StationQueue<string>();
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
    const queue = new StationQueue<string>();
    const here = queue.join('S', 'a');
    const there = queue.join('T', 'b');
    assert.deepEqual([await stateOf(here), await stateOf(there)], [true, true]);
    here.leave();
    here.leave();
    assert.deepEqual(queue.join('S', 'c').ahead, []);
    assert.deepEqual(queue.join('T', 'd').ahead, ['b']);
  });
});
