import type { Role } from '../../shared/contract/operation.ts';
import { forbidden } from '../http/refusalError.ts';
import type { Person, ProviderOptions } from '../signIn/provider.ts';
import { addAccount, type NewAccount } from './accounts.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { findUser, findUserByEmail, firstUserId, type UserRow } from './users.ts';

const maxNameLength = 60;

type AccountRules = Pick<ProviderOptions, 'domains' | 'role'>;

/**
 * Returns the account of a person whom the provider has named: the one that the person signed in to before, or else the one
 * with the person's verified e-mail address.
 * @returns null if a new account is to be created
 * @throws RefusalError (403) if the person may not sign in
 */
export async function findAccountOf(store: Store, person: Person, { domains }: AccountRules): Promise<UserRow | null> {
  const known = await userOfIdentity(store, person);
  if (known !== undefined) return refuseRevoked(known);
  const { email, issuer } = person;
  const host = new URL(issuer).host;
  if (email === null) {
    throw forbidden(
      `${host} has not confirmed your e-mail address. Confirm it there, or ask an administrator of this server for an invitation.`,
    );
  }
  const id = await findUserByEmail(store, email);
  const user = id === null ? undefined : await findUser(store, id);
  if (user === undefined) {
    if (domains.includes(email.split('@').at(-1)?.toLowerCase() ?? '')) return null;
    throw forbidden(`There is no account for ${email}. Ask an administrator of this server for an invitation.`);
  }
  refuseRevoked(user);
  const other = await store
    .selectFrom('identities')
    .select('subject')
    .where('user_id', '=', user.id)
    .where('issuer', '=', issuer)
    .executeTakeFirst();
  if (other !== undefined || user.id === (await firstUserId(store))) {
    throw forbidden(
      `The account of ${email} belongs to another user of ${host}. If that is you, ask an administrator of this server to revoke the account and to invite you again.`,
    );
  }
  return user;
}

/**
 * Links the person to an account, which is created if there is none, and gives the account the person's name.
 * @throws RefusalError (403) if the person may not sign in
 */
export async function signInToAccount(
  change: StoreTransaction,
  person: Person,
  rules: AccountRules,
): Promise<{ id: string; isNew: boolean }> {
  const { name, issuer, subject } = person;
  const found = await findAccountOf(change, person, rules);
  const id = found?.id ?? (await addAccount(change, newAccount(person, rules.role)));
  await change
    .insertInto('identities')
    .values({ issuer, subject, user_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (name !== null) await change.updateTable('users').set({ name }).where('id', '=', id).execute();
  return { id, isNew: found === null };
}

export function newAccount({ name, email }: Person, role: Role): NewAccount {
  const address = email ?? '';
  return { name: name ?? address.slice(0, maxNameLength), email: address, role };
}

/** Returns the account that a person signed in to before, also if it is revoked. */
export async function userOfIdentity(
  store: Store,
  { issuer, subject }: Pick<Person, 'issuer' | 'subject'>,
): Promise<UserRow | undefined> {
  const identity = await store
    .selectFrom('identities')
    .select('user_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return identity && findUser(store, identity.user_id);
}

function refuseRevoked(user: UserRow): UserRow {
  if (user.revoked_at === null) return user;
  throw forbidden('Your access to this server was revoked. Ask an administrator of this server for a new invitation.');
}
