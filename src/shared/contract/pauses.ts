import * as z from 'zod';
import { id, timestamp } from './common.ts';

/** A time that does not count for the uptime: planned maintenance, or a station put aside until it is resumed. */
export const pauseKind = z.enum(['maintenance', 'paused']);

export const pause = z.object({
  id,
  kind: pauseKind,
  starts_at: timestamp,
  /** Null: until it is ended. */
  ends_at: timestamp.nullable(),
  note: z.string(),
});
export type Pause = z.infer<typeof pause>;
