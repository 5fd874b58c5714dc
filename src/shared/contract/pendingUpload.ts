import * as z from 'zod';
import { outcome } from './common.ts';
import { slotNumber } from './operator.ts';

/**
 * A result on disk that no server has acknowledged. The Python runner writes a folder named after the id, with
 * `entry.json`, the `body.json` to push, the contents of attachments, and `handed.json` once the script is done with it.
 */
export const pendingUploadEntry = z.object({
  id: z.string().min(1).max(200),
  kind: z.enum(['openhtf', 'v1', 'v2']),
  place: z.object({
    instance: z.string(),
    server: z.string(),
    station: z.object({ id: z.string(), name: z.string() }),
    /** Missing if a person started the script. */
    started_by: z.literal('assistant').optional(),
    /** Missing if units are tested in one slot only. */
    slot: slotNumber.optional(),
  }),
  script: z.string(),
  pid: z.number().int(),
  /** The start of that process, which distinguishes it from later ones with its id; null if unavailable. */
  birth: z.string().nullable().default(null),
  serial_number: z.string().nullable(),
  outcome: outcome.catch('ERROR'),
  started_at: z.number(),
  attachments: z.array(z.object({ name: z.string(), mimetype: z.string(), file: z.string().regex(/^file-\d+$/) })),
});
export type PendingUploadEntry = z.infer<typeof pendingUploadEntry>;

export const pendingUploadHandover = z.object({ status: z.number().int().nullable(), message: z.string().nullable() });

/** The content of `tried.json`, which only the extension writes. */
export const uploadAttempt = z.object({
  tries: z.number().int(),
  last: z.number(),
  status: z.number().int().nullable(),
  message: z.string(),
  /** Set once the run is stored and only attachments are missing. */
  run_id: z.string().nullable(),
});
export type UploadAttempt = z.infer<typeof uploadAttempt>;
