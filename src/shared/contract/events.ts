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
  /** A station came, went, began or ended a test, or its pauses or operator address changed. */
  'presence.updated',
]);
export type ChangeKind = z.infer<typeof changeKind>;

/**
 * That something changed, not how: who needs the new state asks for it. A key that is replaced is deleted and created;
 * an archived station counts as deleted. The ids name what the change is about: a link has a station and a procedure,
 * a run its procedure and, when a station made it, its station; a user's key has none.
 */
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
  /** First, always. `newest` is the id of the newest change there is. */
  z.object({ event: z.literal('hello'), data: z.object({ newest: z.number().int() }) }),
  /** Changes after the client's last one are no longer available: fetch everything again. The stream continues at `newest`. */
  z.object({ event: z.literal('reset'), data: z.object({ newest: z.number().int() }) }),
  z.object({ event: z.literal('change'), data: change }),
]);
export type StreamEvent = z.infer<typeof streamEvent>;

/** The header in which a client says where it was. */
export const lastEventId = z
  .string()
  .regex(/^\d{1,15}$/, 'Last-Event-ID must be the id of an event of this stream.')
  .transform(Number);

export const events = {
  stream: operation({
    id: 'local.events',
    method: 'GET',
    path: '/api/local/events',
    access: ['user'],
    /** `text/event-stream` of `streamEvent`s, with a comment every 15 s; it ends when the key or the server does. */
    answer: z.string(),
    answerType: 'text/event-stream',
    refusals: [400, 429],
  }),
} as const;
