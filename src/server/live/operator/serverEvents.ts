import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { unbuffered } from '../../http/answers.ts';
import type { Environment } from '../../http/mount.ts';
import { type Listener, type OpenStreams } from '../openStreams.ts';

const accessCheckIntervalMs = 5_000;
const minEventIntervalMs = 40;

interface ServerEvents {
  readonly streams: OpenStreams;
  readonly owner: string;
  readonly isAllowed: () => Promise<boolean>;
  /** Returns what happened since the last call; all of it on the first call. */
  readonly takeEvents: () => readonly { event: string; data: unknown }[];
  readonly opened: (listener: Listener) => void;
  readonly closed: (listener: Listener) => void;
}

/**
 * Sends events until the client disconnects, may no longer listen, or the server stops. Changes that follow each other
 * closely are sent as one event.
 */
export function serveEvents(
  c: Context<Environment>,
  { streams, owner, isAllowed, takeEvents, opened, closed }: ServerEvents,
): Response {
  const listener = streams.open(owner, () => c.env.outgoing.destroy());
  opened(listener);
  c.header(...unbuffered);
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => listener.notify());
    let lastCheckAt = performance.now();
    try {
      while (!stream.aborted && !streams.isEnded) {
        if (performance.now() - lastCheckAt >= accessCheckIntervalMs) {
          if (!(await isAllowed())) return;
          lastCheckAt = performance.now();
          await stream.write(': still here\n\n');
        }
        for (const { event, data } of takeEvents()) await stream.writeSSE({ event, data: JSON.stringify(data) });
        await delay(minEventIntervalMs);
        await listener.waitForNotification(accessCheckIntervalMs);
      }
    } finally {
      streams.close(listener);
      closed(listener);
    }
  });
}
