import * as z from 'zod';
import { personal } from './accounts.ts';
import { operation, timestamp } from './common.ts';

export const signInPath = '/sign-in';

const signInId = z.string().regex(/^[\w-]{22}$/, 'This is no id of a sign-in.');
const webAddress = z.url({ protocol: /^https?$/ });

/**
 * Signing in with the OpenID Connect provider of the server. The editor begins it and gets a secret, the person signs in at
 * `url` in a browser, and the editor asks with the secret until it gets a key. No address contains the secret or the key.
 */
export const signIns = {
  begin: operation('local.signIns.begin', 'POST', '/api/local/sign-ins', {
    access: [],
    answer: z.object({
      id: signInId,
      secret: z.string().min(40).max(200),
      /** Is shown in the editor and in the browser, so that the person sees that both belong together. */
      code: z.string().regex(/^[A-Z]{4}-[A-Z]{4}$/),
      url: webAddress,
      expires_at: timestamp,
    }),
    refusals: [404, 429],
  }),
  /** Returns the personal key once, after the person has confirmed the sign-in. */
  finish: operation('local.signIns.finish', 'POST', '/api/local/sign-ins/{id}', {
    access: [],
    params: z.object({ id: signInId }),
    body: z.object({ secret: z.string().min(1).max(200) }),
    answer: z.object({ signed_in: personal.nullable() }),
    refusals: [403, 404],
  }),
} as const;
