import * as z from 'zod';
import { id, operation, page, pageQuery, timestamp } from './common.ts';

/** More than a request line can have, so that all ids of a deletion are in its entry. */
export const maxAuditInputLength = 20_000;

/** The actors of entries that no user made. No user can have one of these names. */
export const auditActors = { commandLine: 'Command line', signIn: 'Sign-in' } as const;

/** `started`: the server ended before the change did, so that it may have been made or not. */
export const auditOutcome = z.enum(['started', 'done', 'refused']);

/** A change that a user made, or tried to make, or a call that the role of a user does not allow. Results that were pushed are not among them: each names its creator. */
export const auditEntry = z.object({
  id: z.number().int(),
  at: timestamp,
  /** Null if no user did it: the name is one of `auditActors` then. */
  user_id: id.nullable(),
  user_name: z.string(),
  /** The id of an operation, such as `local.links.create`, or a command, such as `user add`. */
  operation: z.string(),
  /** JSON of what is in the path, in the query and in the body, up to 20,000 characters. */
  input: z.string(),
  target_id: z.string().nullable(),
  outcome: auditOutcome,
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const audit = {
  /** The newest first. The cursor is the id of the last entry of a page, so that entries added meanwhile move none. */
  list: operation('local.audit.list', 'GET', '/api/local/audit', {
    role: 'administrator',
    query: pageQuery.extend({
      user_id: id.optional(),
      /** The beginning of the operations, such as `local.keys`. */
      operation: z.string().max(100).optional(),
      after: timestamp.optional(),
      before: timestamp.optional(),
    }),
    answer: page(auditEntry),
  }),
} as const;
