import { fold } from './fold.ts';
import type { Store } from './tables.ts';

export interface UserRow {
  id: string;
  name: string;
  email: string;
}

export async function listUsers(store: Store): Promise<UserRow[]> {
  return store.selectFrom('users').select(['id', 'name', 'email']).orderBy('created_at').orderBy('id').execute();
}

export async function findUserByEmail(store: Store, email: string): Promise<string | null> {
  const users = await listUsers(store);
  return users.find((user) => fold(user.email) === fold(email))?.id ?? null;
}
