import * as z from 'zod';
import { id, operation, timestamp } from './common.ts';

const changeKind = z.enum([
  'station.created',
  'station.updated',
  'station.deleted',
  'procedure.created',
  'procedure.updated',
  'procedure.deleted',
  'link.created',
  'link.deleted',
  'key.created',
  'key.deleted',
  'run.created',
  'run.updated',
  'run.deleted',
  /** Also sent when a test begins or ends, or when the pauses or the operator address of a station change. */
  'presence.updated',
]);
export type ChangeKind = z.infer<typeof changeKind>;

/** Reports that something changed, not how. A replaced key is deleted and created; an archived station counts as deleted. */
export const change = z.object({
  kind: changeKind,
  at: timestamp,
  station_id: id.nullable(),
  procedure_id: id.nullable(),
  run_id: id.nullable(),
});
export type Change = z.infer<typeof change>;

/**
 * The events of the stream: `event` and the parsed `data` of server-sent events. Each carries, as the SSE `id`, the place in
 * the stream; a client that reconnects sends the last one in `Last-Event-ID` and continues after it.
 */
export const streamEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('hello'), data: z.object({ newest: z.number().int() }) }),
  /** Older changes are no longer available: fetch everything again. The stream continues at `newest`. */
  z.object({ event: z.literal('reset'), data: z.object({ newest: z.number().int() }) }),
  z.object({ event: z.literal('change'), data: change }),
]);
export type StreamEvent = z.infer<typeof streamEvent>;

export const lastEventId = z
  .string()
  .regex(/^\d{1,15}$/, 'Last-Event-ID must be the id of an event of this stream.')
  .transform(Number);

export const events = {
  stream: operation('local.events', 'GET', '/api/local/events', {
    answer: z.string(),
    answerType: 'text/event-stream',
    refusals: [400, 429],
  }),
} as const;
