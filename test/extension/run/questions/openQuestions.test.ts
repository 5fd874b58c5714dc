import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isQuestionOpen, trackQuestion } from '../../../../src/extension/run/questions/openQuestions.ts';

describe('trackQuestion', () => {
  it('counts a question as open until its answer resolves or rejects', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const asked = trackQuestion(promise);
    assert.ok(isQuestionOpen());
    resolve('LBL-1');
    assert.equal(await asked, 'LBL-1');
    assert.ok(!isQuestionOpen());
    await assert.rejects(trackQuestion(Promise.reject(new Error('no window'))), /no window/);
    assert.ok(!isQuestionOpen());
  });

  it('closes a withdrawn question at once, and only once, even if the next question is already open', async () => {
    const [box, nextBox] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const withdrawals: (() => unknown)[] = [];
    const token = {
      onCancellationRequested: (listener: (event: unknown) => unknown) => {
        withdrawals.push(() => listener(undefined));
        return { dispose: () => undefined };
      },
    };
    const first = trackQuestion(box.promise, token);
    for (const withdraw of withdrawals) withdraw();
    assert.ok(!isQuestionOpen());
    const next = trackQuestion(nextBox.promise);
    box.resolve(undefined);
    await first;
    assert.ok(isQuestionOpen());
    nextBox.resolve(undefined);
    await next;
    assert.ok(!isQuestionOpen());
  });
});
