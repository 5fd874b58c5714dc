import * as z from 'zod';

/** A message of the official client. Other actions and sources are ignored. */
const message = z.object({
  action: z.literal('send'),
  source: z.literal('python'),
  message: z.record(z.string(), z.unknown()),
});

/** Returns the state of OpenHTF; null if it is not a message of the official client. */
export function stateIn(payload: Buffer): unknown {
  try {
    return message.parse(JSON.parse(payload.toString('utf8'))).message;
  } catch {
    return null;
  }
}
