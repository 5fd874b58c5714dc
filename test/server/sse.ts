import assert from 'node:assert/strict';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type * as z from 'zod';

/** An open stream of server-sent events. */
export interface SseClient<E> {
  /** The next event; null when the stream has ended. */
  next(): Promise<E | null>;
  /** The next event that fits. */
  until(fits: (event: E) => boolean): Promise<E>;
  close(): Promise<void>;
}

/** Opens a stream whose events are of the schema. */
export async function openSse<S extends z.ZodType>(
  url: string,
  path: string,
  key: string,
  schema: S,
): Promise<SseClient<z.output<S>>> {
  const response = await fetch(url + path, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(response.status, 200, response.status === 200 ? '' : await response.text());
  assert.ok(response.body);
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  const next = async (): Promise<z.output<S> | null> => {
    const { value } = await reader.read().catch(() => ({ value: undefined })); // a killed server breaks it
    return value ? schema.parse({ event: value.event, data: JSON.parse(value.data) as unknown }) : null;
  };
  return {
    next,
    until: async (fits) => {
      for (;;) {
        const event = await next();
        assert.ok(event !== null, 'The stream ended.');
        if (fits(event)) return event;
      }
    },
    close: () => reader.cancel().catch(() => undefined),
  };
}
