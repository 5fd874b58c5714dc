import * as z from 'zod';
import { auditActors } from './audit.ts';
import { byId, emailAddress, id, name60, operation, timestamp } from './common.ts';
import { roles } from './operation.ts';

export const role = z.enum(roles, 'A role is viewer, engineer, or administrator.');

const email = emailAddress('An e-mail address is needed, such as ada@lab.example.');

const comparable = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
const reserved = Object.values(auditActors).map(comparable);

/** The audit log must not show a user as the command line, for example. */
export const userName = name60.refine(
  (name) => !reserved.includes(comparable(name)),
  'The audit log uses this name for itself. Choose another one.',
);

const own = z.object({ id, name: z.string(), email: z.string(), role });

/** The answer to a user who gets access. The key is in this answer only. */
export const personal = own.extend({ api_key: z.string().min(10) });

export const account = own.extend({
  created_at: timestamp,
  /** When one of the user's keys was used last, to the minute. */
  last_used_at: timestamp.nullable(),
  invited_until: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
});
export type Account = z.infer<typeof account>;

/** The link is in this answer only, and can be used once. */
const invitation = z.object({ id, link: z.url(), expires_at: timestamp });
export type Invitation = z.infer<typeof invitation>;

/** The users of a station server. Those of the v2 API (`users`) are the same people, as TofuPilot shows them. */
export const accounts = {
  own: operation('local.users.own', 'GET', '/api/local/users/current', {
    answer: own,
  }),
  /** In the order in which they were created. */
  list: operation('local.users.list', 'GET', '/api/local/users', {
    role: 'administrator',
    answer: z.object({ data: z.array(account) }),
  }),
  create: operation('local.users.create', 'POST', '/api/local/users', {
    role: 'administrator',
    body: z.object({ name: userName, email, role }),
    answer: invitation,
    refusals: [409],
  }),
  update: operation('local.users.update', 'PATCH', '/api/local/users/{id}', {
    role: 'administrator',
    params: byId,
    body: z.object({ name: userName.optional(), role: role.optional() }),
    answer: z.object({ id }),
    refusals: [404, 409],
  }),
  /** A new invitation, in place of an earlier one. It also gives back access to a user whose access was revoked. */
  invite: operation('local.users.invite', 'POST', '/api/local/users/{id}/invitation', {
    role: 'administrator',
    params: byId,
    answer: invitation,
    refusals: [404, 409],
  }),
  /** Ends all keys and the invitation of a user. What the user did keeps the name. */
  revoke: operation('local.users.revoke', 'DELETE', '/api/local/users/{id}', {
    role: 'administrator',
    params: byId,
    answer: z.object({ id }),
    refusals: [404, 409],
  }),
  /** Exchanges the token, which is the fragment of the link, for a personal key, once. */
  acceptInvitation: operation('local.invitations.accept', 'POST', '/api/local/invitations/accept', {
    access: [],
    body: z.object({ token: z.string().min(1).max(200) }),
    answer: personal,
    refusals: [404],
  }),
} as const;
