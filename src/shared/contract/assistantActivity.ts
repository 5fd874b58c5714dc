import * as z from 'zod';
import { operation, page, pageQuery, timestamp } from './common.ts';

/**
 * Calls of tools by assistants, one JSON object a line. The server has such a file in its data folder, and each
 * installation of the extension one in its storage. A file that has grown to `maxActivityFileBytes` is renamed to `.1`,
 * in place of an earlier one.
 */
export const activityFile = 'assistant-activity.jsonl';
export const maxActivityFileBytes = 5_000_000;

/** `notNeeded`: the tool changes nothing, or the client asks. `once` and `budget`: the user agreed in a dialog of the window. */
export const activityConsent = z.enum(['notNeeded', 'once', 'budget', 'declined', 'refused']);
export type ActivityConsent = z.infer<typeof activityConsent>;

export const activityEntry = z.object({
  at: timestamp,
  tool: z.string(),
  arguments: z.string(),
  /** Like the arguments, JSON of up to 2,000 characters; the sentence of an error if the tool failed. */
  result: z.string(),
  consent: activityConsent,
});
export type ActivityEntry = z.infer<typeof activityEntry>;

export const assistant = {
  /** The newest first. */
  activity: operation('local.assistant.activity', 'GET', '/api/local/assistant/activity', {
    role: 'administrator',
    query: pageQuery,
    answer: page(activityEntry),
  }),
} as const;
