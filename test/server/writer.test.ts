import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Engine } from '../../src/server/store/engine.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { Writer } from '../../src/server/writer.ts';
import { temporaryFolder } from './support.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the writer', () => {
  let engine: Engine;
  let writer: Writer;
  /** The number of changes in each transaction. */
  let sizes: number[];

  beforeEach(() => {
    engine = openStore(join(temporaryFolder(), 'stations.db'));
    sizes = [];
    writer = new Writer(engine.store, {
      begin: (change, expected) => {
        sizes.push(0);
        return engine.pushes.begin(change, expected);
      },
    });
  });
  afterEach(() => engine.store.destroy());

  const write = (): Promise<void> =>
    writer.write(async (change) => {
      sizes.push((sizes.pop() ?? 0) + 1);
      await change.updateTable('users').set({ name: 'Ada' }).execute();
    });

  it('commits changes together that arrive in one turn of the event loop after the other', async () => {
    const changes: Promise<void>[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      changes.push(write());
      await nextTurn();
    }
    await Promise.all(changes);
    assert.deepEqual(sizes, [10]);
  });

  it('commits a change alone when no other one arrives', async () => {
    await write();
    await write();
    assert.deepEqual(sizes, [1, 1]);
  });

  it('lets a query read between commits of up to 64 changes, although more arrive all the time', async () => {
    const changes = Array.from({ length: 200 }, write);
    const query = { hasRead: false };
    const reading = nextTurn().then(async () => {
      await engine.store.selectFrom('users').selectAll().execute();
      query.hasRead = true;
    });
    while (!query.hasRead) {
      changes.push(write());
      await nextTurn();
    }
    const before = sizes.length;
    await Promise.all([reading, ...changes]);
    assert.deepEqual([Math.max(...sizes), before < sizes.length], [64, true]);
  });
});
