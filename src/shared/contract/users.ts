import * as z from 'zod';
import { id, operation } from './common.ts';

export const user = z.object({
  id,
  email: z.string(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  banned: z.boolean(),
});
export type User = z.infer<typeof user>;

export const users = {
  list: operation('users.list', 'GET', '/api/v2/users', {
    access: ['user', 'station'],
    /** If true, only the owner of the key, so none for a station. */
    query: z.object({ current: z.stringbool().default(false) }),
    answer: z.array(user),
  }),
  getCurrent: operation('users.get_current', 'GET', '/api/v2/users/current', {
    answer: user,
  }),
  whoami: operation('identity.whoami', 'GET', '/api/v2/whoami', {
    access: ['user', 'station'],
    answer: z.object({
      type: z.enum(['user', 'station']),
      user: z.object({ id, email: z.string(), name: z.string().nullable() }).nullable(),
      station: z.object({ id, name: z.string() }).nullable(),
      organization: z.object({ id, slug: z.string(), name: z.string() }),
    }),
  }),
} as const;
