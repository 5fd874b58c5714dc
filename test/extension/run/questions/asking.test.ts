import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { asking, isAsking } from '../../../../src/extension/run/questions/asking.ts';

describe('asking', () => {
  it('lasts until the answer is there, whatever became of it', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const asked = asking(promise);
    assert.ok(isAsking());
    resolve('LBL-1');
    assert.equal(await asked, 'LBL-1');
    assert.ok(!isAsking());
    await assert.rejects(asking(Promise.reject(new Error('no window'))), /no window/);
    assert.ok(!isAsking());
  });

  it('ends at once, and once, when the question is withdrawn: the next one is there already', async () => {
    const [box, nextBox] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const withdrawals: (() => unknown)[] = [];
    const token = {
      onCancellationRequested: (listener: (event: unknown) => unknown) => {
        withdrawals.push(() => listener(undefined));
        return { dispose: () => undefined };
      },
    };
    const first = asking(box.promise, token);
    for (const withdraw of withdrawals) withdraw();
    assert.ok(!isAsking());
    const next = asking(nextBox.promise);
    box.resolve(undefined);
    await first;
    assert.ok(isAsking());
    nextBox.resolve(undefined);
    await next;
    assert.ok(!isAsking());
  });
});
