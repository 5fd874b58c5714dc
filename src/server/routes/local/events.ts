import { setTimeout as delay } from 'node:timers/promises';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { events, lastEventId, type StreamEvent } from '../../../shared/contract/events.ts';
import { unbuffered } from '../../http/answers.ts';
import { parseInput } from '../../http/input.ts';
import { receive, routeOf } from '../../http/mount.ts';
import type { ChangeTail } from '../../live/changeTail.ts';
import { type Listener, type OpenStreams, reconnectHint } from '../../live/openStreams.ts';
import type { RouteServices } from '../../routeServices.ts';
import { isKey } from '../../store/keys.ts';

const heartbeatMs = 15_000;
/** Changes that follow each other are sent together: with 100 windows, most of the work is to write to their sockets. */
const minIntervalMs = 200;

/** Every user may see every change, so a stream gets all of them until its key ends, without a check of each. */
export function eventRoutes({ app, store, pushes, audit, tail, streams }: RouteServices): void {
  app.get(routeOf(events.stream), async (c) => {
    const { keyId } = await receive({ pushes, audit }, events.stream, c);
    const sent = c.req.header('last-event-id');
    const lastKnownId = sent === undefined ? null : parseInput(lastEventId, sent);
    const client = { owner: keyId, keyId, cut: () => c.env.outgoing.destroy() };
    const listener = await streams.openIfAllowed(client, async () => {
      await tail.catchUp(); // What the client loads after the first event contains every change up to it.
      return isKey(store, keyId);
    });
    c.header(...unbuffered);
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => listener.notify());
      try {
        await sendChanges(stream, { tail, streams }, listener, lastKnownId);
        if (streams.isEnded) await stream.write(reconnectHint);
      } finally {
        streams.close(listener);
      }
    });
  });
}

async function sendChanges(
  stream: SSEStreamingApi,
  { tail, streams }: { tail: ChangeTail; streams: OpenStreams },
  listener: Listener,
  lastKnownId: number | null,
): Promise<void> {
  const isOpen = (): boolean => !stream.aborted && !streams.isEnded && !listener.isEnded;
  const send = (id: number, { event, data }: StreamEvent) =>
    stream.writeSSE({ event, id: String(id), data: JSON.stringify(data) });
  let lastId = lastKnownId ?? tail.newest;
  let { epoch } = tail;
  await send(lastId, { event: 'hello', data: { newest: tail.newest } });
  while (isOpen()) {
    const changes = await tail.after(lastId, epoch);
    if (!isOpen()) return;
    const last = changes?.at(-1);
    if (changes === undefined) {
      // The id is from another data folder or from before a backup was restored, or the next changes are no longer stored.
      lastId = tail.newest;
      ({ epoch } = tail);
      await send(lastId, { event: 'reset', data: { newest: lastId } });
    } else if (last !== undefined) {
      lastId = last.id;
      await stream.write(changes.map(({ text }) => text).join(''));
      await delay(minIntervalMs);
    } else if (!(await listener.waitForNotification(heartbeatMs))) {
      await stream.write(': still here\n\n');
    }
  }
}
