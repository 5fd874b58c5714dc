import * as z from 'zod';
import { outcome } from './common.ts';

/**
 * A result on disk that no server has yet, written by the Python runner before the first push of it: a folder
 * named after the id with `entry.json`, the `body.json` that is pushed, contents of attachments, and, once the script is done
 * with it, `handed.json`. It goes when a server has acknowledged it.
 */
export const pendingUploadEntry = z.object({
  /** The id of the test execution, which also marks all tries of its push. */
  id: z.string().min(1).max(200),
  /** `openhtf`: the body is an OpenHTF report to import; else that of `POST /api/v1/runs` or `/api/v2/runs`. */
  kind: z.enum(['openhtf', 'v1', 'v2']),
  /** The destination that the extension named. */
  place: z.object({
    /** The name under which the keys of the server are stored. */
    instance: z.string(),
    /** The display name of the server. */
    server: z.string(),
    station: z.object({ id: z.string(), name: z.string() }),
  }),
  /** Path of the script. */
  script: z.string(),
  /** The id of the process that wrote it. */
  pid: z.number().int(),
  /** The start of that process, which distinguishes it from later ones with its id; null if unavailable. */
  birth: z.string().nullable().default(null),
  serial_number: z.string().nullable(),
  outcome: outcome.catch('ERROR'),
  /** Milliseconds since 1970. */
  started_at: z.number(),
  attachments: z.array(z.object({ name: z.string(), mimetype: z.string(), file: z.string().regex(/^file-\d+$/) })),
});
export type PendingUploadEntry = z.infer<typeof pendingUploadEntry>;

/** `handed.json`: the script is done with it. */
export const pendingUploadHandover = z.object({ status: z.number().int().nullable(), message: z.string().nullable() });

/** `tried.json`, the host's own: what its last try came to. */
export const uploadAttempt = z.object({
  /** How often it was tried. */
  tries: z.number().int(),
  /** Milliseconds since 1970. */
  last: z.number(),
  /** The server's status; null: no answer. */
  status: z.number().int().nullable(),
  message: z.string(),
  /** The run is there; attachments are still missing. */
  run_id: z.string().nullable(),
});
export type UploadAttempt = z.infer<typeof uploadAttempt>;
