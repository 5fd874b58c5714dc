import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { unbuffered } from '../../http/answers.ts';
import type { Environment } from '../../http/mount.ts';
import { type Listener, type OpenStreams, reconnectHint, type StreamClient } from '../openStreams.ts';

const heartbeatIntervalMs = 5_000;
const minEventIntervalMs = 40;

interface ServerEvents {
  readonly streams: OpenStreams;
  readonly client: Omit<StreamClient, 'cut'>;
  /** Whether the client may listen. It is asked once; after that, the end of the key ends the stream. */
  readonly isAllowed: () => Promise<boolean>;
  /** Returns what happened since the last call; all of it on the first call. */
  readonly takeEvents: () => readonly { event: string; data: unknown }[];
  readonly opened: (listener: Listener) => void;
  readonly closed: (listener: Listener) => void;
}

/** Changes that follow each other closely are sent as one event. @throws RefusalError (401, 429) */
export async function serveEvents(
  c: Context<Environment>,
  { streams, client, isAllowed, takeEvents, opened, closed }: ServerEvents,
): Promise<Response> {
  const listener = await streams.openIfAllowed({ ...client, cut: () => c.env.outgoing.destroy() }, isAllowed);
  opened(listener);
  c.header(...unbuffered);
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => listener.notify());
    let lastSignAt = performance.now();
    try {
      while (!stream.aborted && !streams.isEnded && !listener.isEnded) {
        if (performance.now() - lastSignAt >= heartbeatIntervalMs) {
          lastSignAt = performance.now();
          await stream.write(': still here\n\n');
        }
        for (const { event, data } of takeEvents()) await stream.writeSSE({ event, data: JSON.stringify(data) });
        await delay(minEventIntervalMs);
        await listener.waitForNotification(heartbeatIntervalMs);
      }
      if (streams.isEnded) await stream.write(reconnectHint);
    } finally {
      streams.close(listener);
      closed(listener);
    }
  });
}
