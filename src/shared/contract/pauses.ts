import * as z from 'zod';
import { id, timestamp } from './common.ts';

export const pauseKind = z.enum(['maintenance', 'paused']);

export const pause = z.object({
  id,
  kind: pauseKind,
  starts_at: timestamp,
  ends_at: timestamp.nullable(),
  note: z.string(),
});
export type Pause = z.infer<typeof pause>;
