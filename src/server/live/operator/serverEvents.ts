import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { unbuffered } from '../../http/answers.ts';
import type { Environment } from '../../http/mount.ts';
import { type Listener, type OpenStreams } from '../openStreams.ts';

/** Milliseconds between two checks whether the client may still listen, and between two events. */
const checkIntervalMs = 5_000;
const minIntervalMs = 40;

interface ServerEvents {
  readonly streams: OpenStreams;
  /** The owner of the stream: see `OpenStreams`. */
  readonly owner: string;
  /** Returns whether the client may (still) listen. */
  readonly isAllowed: () => Promise<boolean>;
  /** Returns what happened since the last call; all of it on the first call. */
  readonly takeEvents: () => readonly { event: string; data: unknown }[];
  /** The stream is notified when there are new events. */
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
        if (performance.now() - lastCheckAt >= checkIntervalMs) {
          if (!(await isAllowed())) return;
          lastCheckAt = performance.now();
          await stream.write(': still here\n\n');
        }
        for (const { event, data } of takeEvents()) await stream.writeSSE({ event, data: JSON.stringify(data) });
        await delay(minIntervalMs);
        await listener.waitForNotification(checkIntervalMs);
      }
    } finally {
      streams.close(listener);
      closed(listener);
    }
  });
}
