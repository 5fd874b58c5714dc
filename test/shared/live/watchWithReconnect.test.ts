import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { watchWithReconnect } from '../../../src/shared/live/watchWithReconnect.ts';

/** A stream of these events, which then ends, or fails with the error. */
async function* streamOf(events: readonly number[], error?: Error): AsyncGenerator<number> {
  for (const event of events) yield await Promise.resolve(event);
  if (error !== undefined) throw error;
}

/** Watches streams one after the other, until there are no more, and reports what happened in their order. */
async function watched(
  streams: readonly (() => AsyncIterable<number> | undefined)[],
  onDisconnect: (error: unknown) => 'retry' | 'retryNow' | 'stop' = () => 'retry',
): Promise<string[]> {
  const happened: string[] = [];
  const waiting = [...streams];
  const abort = new AbortController();
  await watchWithReconnect<number>({
    open: () => {
      happened.push('open');
      return Promise.resolve(waiting.shift()?.());
    },
    onEvent: (event) => {
      happened.push(`event ${event}`);
      if (event === 13) throw new Error('not understood');
      if (event === 99) abort.abort();
    },
    onDisconnect: (error) => {
      happened.push(error instanceof Error ? error.message : String(error));
      return onDisconnect(error);
    },
    signal: abort.signal,
    firstDelayMs: 100,
    maxDelayMs: 500,
    delay: (delayMs) => {
      happened.push(`wait ${delayMs}`);
      return Promise.resolve();
    },
  });
  return happened;
}

const refused = (): never => {
  throw new Error('refused');
};

describe('watchWithReconnect', () => {
  it('doubles the delay of each failed attempt up to the maximum', async () => {
    assert.deepEqual(
      (await watched([refused, refused, refused, refused, refused, () => undefined])).filter((each) =>
        each.startsWith('wait'),
      ),
      ['wait 100', 'wait 200', 'wait 400', 'wait 500', 'wait 500'],
    );
  });

  it('starts again with the first delay after an event', async () => {
    assert.deepEqual(await watched([refused, refused, () => streamOf([1, 2]), () => undefined]), [
      'open',
      'refused',
      'wait 100',
      'open',
      'refused',
      'wait 200',
      'open',
      'event 1',
      'event 2',
      'The stream has ended.',
      'wait 100',
      'open',
    ]);
  });

  it('opens the stream again after the stream or the handler of an event has failed', async () => {
    assert.deepEqual(
      await watched([() => streamOf([1], new Error('broken')), () => streamOf([13, 2]), () => undefined]),
      ['open', 'event 1', 'broken', 'wait 100', 'open', 'event 13', 'not understood', 'wait 100', 'open'],
    );
  });

  it('retries at once, or not at all, if onDisconnect returns so', async () => {
    assert.deepEqual(await watched([refused, () => undefined], () => 'retryNow'), ['open', 'refused', 'open']);
    assert.deepEqual(await watched([refused, () => streamOf([1])], () => 'stop'), ['open', 'refused']);
  });

  it('reports nothing after the signal was aborted', async () => {
    assert.deepEqual(await watched([() => streamOf([1, 99, 2]), () => streamOf([3])]), ['open', 'event 1', 'event 99']);
  });

  it('ends its delay when the signal is aborted', async () => {
    const abort = new AbortController();
    await watchWithReconnect<number>({
      open: () => streamOf([]),
      onEvent: () => undefined,
      onDisconnect: () => {
        setImmediate(() => abort.abort());
        return 'retry';
      },
      signal: abort.signal,
      firstDelayMs: 3_600_000,
      maxDelayMs: 3_600_000,
    });
  });
});
