import { randomUUID } from 'node:crypto';
import type { Account } from '../../shared/contract/accounts.ts';
import { hasRole, type Role } from '../../shared/contract/operation.ts';
import { conflict, notFound } from '../http/refusalError.ts';
import { createKey, createToken, hashKey } from '../keys.ts';
import { addPersonalKey, deleteUserKeys, renewKeyIds } from './keys.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { isoTime, isoTimeOrNull } from './time.ts';
import { byCreation, findUser, findUserByEmail, firstUserId, type UserRow } from './users.ts';

const invitationDays = 7;
const msPerDay = 86_400_000;

export async function listAccounts(store: Store): Promise<Account[]> {
  const rows = await store
    .selectFrom('users')
    .leftJoin('invitations as i', (join) =>
      join.onRef('i.user_id', '=', 'users.id').on('i.expires_at', '>', Date.now()),
    )
    .leftJoin('api_keys as k', 'k.user_id', 'users.id')
    .select(['users.id', 'users.name', 'email', 'role', 'users.created_at', 'revoked_at', 'i.expires_at'])
    .select((a) => a.fn.max('k.last_used_at').as('last_used_at'))
    .groupBy(['users.id', 'i.expires_at'])
    .orderBy(byCreation)
    .execute();
  return rows.map(({ created_at, revoked_at, expires_at, last_used_at, ...user }) => ({
    ...user,
    created_at: isoTime(created_at),
    last_used_at: isoTimeOrNull(last_used_at),
    invited_until: isoTimeOrNull(expires_at),
    revoked_at: isoTimeOrNull(revoked_at),
  }));
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

/** @throws RefusalError (409) if the e-mail address is that of another user */
export async function addAccount(change: StoreTransaction, { name, email, role }: NewAccount): Promise<string> {
  if ((await findUserByEmail(change, email)) !== null) {
    throw conflict(`There is already a user with the e-mail address ${email}. Invite that user again instead.`);
  }
  const id = randomUUID();
  await change.insertInto('users').values({ id, name, email, role, created_at: Date.now() }).execute();
  return id;
}

/**
 * Changes the name or the role of a user. With a lower role, what is open with the user's keys ends, because it may have been
 * opened with rights that the user has no longer.
 * @throws RefusalError (404, 409)
 */
export async function updateAccount(
  change: StoreTransaction,
  id: string,
  { name, role }: { name?: string | undefined; role?: Role | undefined },
): Promise<void> {
  const user = await existingUser(change, id);
  if (role !== undefined && role !== user.role) await refuseForFirst(change, user);
  if (role !== undefined && !hasRole(role, user.role)) await renewKeyIds(change, id);
  await change
    .updateTable('users')
    .set({ name: name ?? user.name, role: role ?? user.role })
    .where('id', '=', id)
    .execute();
}

/** Ends the access of a user. @throws RefusalError (404, 409) */
export async function revokeAccount(change: StoreTransaction, id: string): Promise<void> {
  const user = await existingUser(change, id);
  await refuseForFirst(change, user);
  await deleteUserKeys(change, id);
  await change.deleteFrom('invitations').where('user_id', '=', id).execute();
  if (user.revoked_at !== null) return;
  await change.updateTable('users').set({ revoked_at: Date.now() }).where('id', '=', id).execute();
}

/**
 * Invites a user, in place of an earlier invitation. The user to whom the data folder belongs cannot be invited: another
 * administrator would get a key that no revocation ends.
 * @throws RefusalError (404, 409)
 */
export async function inviteAccount(
  change: StoreTransaction,
  user_id: string,
): Promise<{ token: string; expires_at: string }> {
  const { name } = await existingUser(change, user_id);
  if (user_id === (await firstUserId(change))) {
    throw conflict(
      `${name} is the user to whom the data folder belongs, and cannot be invited. Create a key with "server.js new-user-key" on the server's machine instead.`,
    );
  }
  const token = createToken();
  const expires_at = Date.now() + invitationDays * msPerDay;
  await change.deleteFrom('invitations').where('user_id', '=', user_id).execute();
  await change
    .insertInto('invitations')
    .values({ user_id, hash: hashKey(token), expires_at })
    .execute();
  return { token, expires_at: isoTime(expires_at) };
}

/** An invitation works once. @throws RefusalError (404) if it was used, replaced or revoked, or is too old */
export async function acceptInvitation(
  change: StoreTransaction,
  token: string,
): Promise<{ user: UserRow; api_key: string }> {
  const invitation = await change
    .deleteFrom('invitations')
    .where('hash', '=', hashKey(token))
    .where('expires_at', '>', Date.now())
    .returning('user_id')
    .executeTakeFirst();
  if (invitation === undefined) {
    throw notFound('This invitation was used, replaced or revoked, or it is too old. Ask for a new one.');
  }
  return { user: await existingUser(change, invitation.user_id), api_key: await giveKey(change, invitation.user_id) };
}

/** Gives a user access by another personal key. @returns the key */
export async function giveKey(change: StoreTransaction, userId: string): Promise<string> {
  const user = await existingUser(change, userId);
  // Who gets back access may have another account at the provider now, which is found by its e-mail address.
  if (user.revoked_at !== null) await change.deleteFrom('identities').where('user_id', '=', userId).execute();
  await change.updateTable('users').set({ revoked_at: null }).where('id', '=', userId).execute();
  return createPersonalKey(change, userId);
}

export async function createPersonalKey(change: StoreTransaction, userId: string): Promise<string> {
  const { key, ...stored } = createKey('user');
  await addPersonalKey(change, userId, stored);
  return key;
}

async function existingUser(store: Store, id: string): Promise<UserRow> {
  const user = await findUser(store, id);
  if (user === undefined) throw notFound('There is no such user.');
  return user;
}

async function refuseForFirst(change: StoreTransaction, { id, name }: UserRow): Promise<void> {
  if (id !== (await firstUserId(change))) return;
  throw conflict(
    `${name} is the user to whom the data folder belongs, and stays an administrator, because users who can write to the folder can create a key.`,
  );
}
