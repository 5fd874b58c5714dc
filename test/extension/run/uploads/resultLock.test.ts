import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { acquireLock, type LockFiles } from '../../../../src/extension/run/uploads/resultLock.ts';

class SteppedFiles implements LockFiles {
  readonly #names: Set<string>;
  #next: (() => void) | undefined;

  constructor(names: Set<string>) {
    this.#names = names;
  }

  get isWaiting(): boolean {
    return this.#next !== undefined;
  }

  step(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => (this.#next = resolve));
  }

  async create(path: string): Promise<void> {
    await this.#turn();
    this.#names.add(basename(path));
  }

  async list(): Promise<string[]> {
    await this.#turn();
    return [...this.#names];
  }

  async remove(path: string): Promise<void> {
    await this.#turn();
    this.#names.delete(basename(path));
  }
}

async function takeOften(files: LockFiles, times: number, holders: { now: number; most: number; all: number }) {
  for (let count = 0; count < times; count += 1) {
    const release = await acquireLock('folder', files);
    if (release === undefined) continue;
    holders.now += 1;
    holders.all += 1;
    holders.most = Math.max(holders.most, holders.now);
    await files.list('folder'); // work that takes a while
    holders.now -= 1;
    await release();
  }
}

describe('acquireLock', function () {
  this.timeout(60_000);
  const left = 'lock_1_0_another-start.1_left';

  it('never gives the lock to two processes, however their steps interleave and even if a dead process left its lock', async () => {
    const bits = 10;
    let taken = 0;
    for (let schedule = 0; schedule < 2 ** bits; schedule += 1) {
      const names = new Set([left]);
      const takers = [new SteppedFiles(names), new SteppedFiles(names)] as const;
      const holders = { now: 0, most: 0, all: 0 };
      const over = { is: false };
      const all = Promise.all(takers.map((files) => takeOften(files, 2, holders))).then(() => (over.is = true));
      for (let step = 0; !over.is; step += 1) {
        await setImmediate();
        const wanted = takers[(schedule >> (step % bits)) & 1 ? 1 : 0];
        const [other] = takers.filter((each) => each !== wanted);
        if (wanted.isWaiting) wanted.step();
        else other?.step();
      }
      await all;
      assert.equal(holders.most <= 1, true, `schedule ${schedule}`);
      assert.deepEqual([...names].filter((name) => name !== left), [], `schedule ${schedule}`); // prettier-ignore
      taken += holders.all;
    }
    assert.ok(taken > 2 ** bits, String(taken));
  });

  it('removes the lock of a dead process, and acquires no lock in a removed folder', async () => {
    const names = new Set([left, 'entry.json']);
    const files: LockFiles = {
      create: (path) => Promise.resolve(void names.add(basename(path))),
      list: () => Promise.resolve([...names]),
      remove: (path) => Promise.resolve(void names.delete(basename(path))),
    };
    const release = await acquireLock('folder', files);
    assert.ok(release !== undefined && !names.has(left));
    assert.equal(await acquireLock('folder', files), undefined);
    await release();
    assert.deepEqual([...names], ['entry.json']);
    assert.equal(await acquireLock('/nowhere/at/all'), undefined);
  });
});
