import * as z from 'zod';

/** What the official client publishes. Other actions and sources are left alone. */
const message = z.object({
  action: z.literal('send'),
  source: z.literal('python'),
  message: z.record(z.string(), z.unknown()),
});

/** @returns OpenHTF's state; null when it is no message of the official client's */
export function stateIn(payload: Buffer): unknown {
  try {
    return message.parse(JSON.parse(payload.toString('utf8'))).message;
  } catch {
    return null;
  }
}
