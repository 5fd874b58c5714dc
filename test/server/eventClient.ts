import assert from 'node:assert/strict';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { events, type StreamEvent, streamEvent } from '../../src/shared/contract/events.ts';

export type Received = StreamEvent & { id: number };

/** An open event stream. */
export interface EventClient {
  /** The next event; null when the server ended the stream. */
  next(): Promise<Received | null>;
  /** The kinds of the next so many changes. */
  kinds(count: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens the event stream of a server, from its beginning or behind the event with this id. */
export async function listenTo(url: string, key: string, lastEventId?: number): Promise<EventClient> {
  const response = await fetch(url + events.stream.path, {
    headers: {
      Authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': String(lastEventId) }),
    },
  });
  assert.equal(response.status, 200, response.status === 200 ? '' : await response.text());
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.ok(response.body);
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  const next = async (): Promise<Received | null> => {
    // A server that is killed breaks the connection.
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (!value) return null;
    const data: unknown = JSON.parse(value.data);
    const received = streamEvent.parse({ event: value.event, data });
    return { ...received, id: Number(value.id) };
  };
  return {
    next,
    kinds: async (count) => {
      const kinds: string[] = [];
      while (kinds.length < count) {
        const received = await next();
        assert.ok(received?.event === 'change', `change ${kinds.length} is ${JSON.stringify(received)}`);
        kinds.push(received.data.kind);
      }
      return kinds;
    },
    // A stream that its server has broken is closed already.
    close: () => reader.cancel().catch(() => undefined),
  };
}
