import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { sql as query } from 'kysely';
import { type Change, events, lastEventId, type StreamEvent } from '../../../shared/contract/events.ts';
import { unbuffered } from '../../http/answers.ts';
import { parseInput } from '../../http/input.ts';
import { receive, routeOf } from '../../http/mount.ts';
import type { EventStreams } from '../../live/eventStreams.ts';
import type { Listener } from '../../live/openStreams.ts';
import type { RouteServices } from '../../routeServices.ts';
import { isKey } from '../../store/keys.ts';
import type { Store, Tables } from '../../store/tables.ts';
import { isoTime } from '../../store/time.ts';

const heartbeatMs = 15_000;

export function eventRoutes({
  app,
  store,
  sql,
  streams,
}: Pick<RouteServices, 'app' | 'store' | 'sql' | 'streams'>): void {
  app.get(routeOf(events.stream), async (c) => {
    const { keyId } = await receive(sql, events.stream, c);
    const sent = c.req.header('last-event-id');
    const lastKnownId = sent === undefined ? null : parseInput(lastEventId, sent);
    const listener = streams.open(keyId, () => c.env.outgoing.destroy());
    c.header(...unbuffered);
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => listener.notify());
      try {
        await sendChanges(stream, { store, streams, listener, keyId, lastKnownId });
      } finally {
        streams.close(listener);
      }
    });
  });
}

interface Feed {
  store: Store;
  streams: EventStreams;
  listener: Listener;
  keyId: string;
  lastKnownId: number | null;
}

async function sendChanges(
  stream: SSEStreamingApi,
  { store, streams, listener, keyId, lastKnownId }: Feed,
): Promise<void> {
  const send = (id: number, { event, data }: StreamEvent) =>
    stream.writeSSE({ event, id: String(id), data: JSON.stringify(data) });
  const newest = await newestChange(store);
  let lastId = lastKnownId ?? newest;
  await send(lastId, { event: 'hello', data: { newest } });
  if (lastId > newest) {
    // The id is from another data folder, or this one was restored from a backup.
    lastId = newest;
    await send(lastId, { event: 'reset', data: { newest } });
  }
  while (!stream.aborted && !streams.isEnded && (await isKey(store, keyId))) {
    const changes = await changesAfter(store, lastId);
    const next = changes[0]?.id ?? lastId + 1;
    if (next > lastId + 1) {
      lastId = await newestChange(store);
      await send(lastId, { event: 'reset', data: { newest: lastId } });
      continue;
    }
    for (const change of changes) {
      await send(change.id, { event: 'change', data: changeAnswer(change) });
      lastId = change.id;
    }
    if (changes.length === 0 && !(await listener.waitForNotification(heartbeatMs)))
      await stream.write(': still here\n\n');
  }
}

async function newestChange(store: Store): Promise<number> {
  const { newest } = await store
    .selectFrom('changes')
    .select(query<number>`coalesce(max(id), 0)`.as('newest'))
    .executeTakeFirstOrThrow();
  return newest;
}

async function changesAfter(store: Store, id: number): Promise<Tables['changes'][]> {
  return store.selectFrom('changes').selectAll().where('id', '>', id).orderBy('id').limit(200).execute();
}

const changeAnswer = ({ kind, at, station_id, procedure_id, run_id }: Tables['changes']): Change => ({
  kind,
  at: isoTime(at),
  station_id,
  procedure_id,
  run_id,
});
