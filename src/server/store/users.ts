import { sql } from 'kysely';
import type { Role } from '../../shared/contract/operation.ts';
import { fold } from './fold.ts';
import type { Store } from './tables.ts';

export interface UserRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  created_at: number;
  revoked_at: number | null;
}

/**
 * The order in which users were created. Times of creation do not say it, because clocks are set back: another user would
 * then become the one to whom the data folder belongs. Users are never deleted, so row ids rise.
 */
export const byCreation = sql`users.rowid`;

export async function listUsers(store: Store): Promise<UserRow[]> {
  return store.selectFrom('users').selectAll().orderBy(byCreation).execute();
}

/** The id of the user to whom the data folder belongs. */
export async function firstUserId(store: Store): Promise<string> {
  const first = store.selectFrom('users').select('id').orderBy(byCreation);
  return (await first.executeTakeFirstOrThrow()).id;
}

export async function findUser(store: Store, id: string): Promise<UserRow | undefined> {
  return store.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findUserByEmail(store: Store, email: string): Promise<string | null> {
  const users = await listUsers(store);
  return users.find((user) => fold(user.email) === fold(email))?.id ?? null;
}
