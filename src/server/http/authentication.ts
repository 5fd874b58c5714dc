import { timingSafeEqual } from 'node:crypto';
import { hashKey } from '../keys.ts';
import { unauthorized } from '../refusal.ts';
import { findKey, type FoundKey, type KeyOwner, noteKeyUse } from '../store/keys.ts';
import type { Statements } from '../store/statements.ts';
import type { Creator } from '../store/tables.ts';

/** Who calls. */
export type Caller = KeyOwner;

/**
 * Finds whose key the `Authorization` header carries.
 * @throws Refusal (401) when there is none, or it is not known (any more)
 */
export function authenticate(sql: Statements, authorization: string | undefined): FoundKey {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!key)
    throw unauthorized('There is no API key in the request. Send it in the header "Authorization: Bearer <key>".');
  const hash = hashKey(key);
  const found = findKey(sql, hash);
  if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) {
    throw unauthorized('This API key is not known here: it was replaced or deleted, or it belongs to another server.');
  }
  noteKeyUse(sql, found, Date.now());
  return found;
}

/** What is written down of the caller with whatever it makes. */
export const creatorOf = (caller: Caller): Creator => ({
  created_by_user_id: caller.kind === 'user' ? caller.id : null,
  created_by_station_id: caller.kind === 'station' ? caller.id : null,
});
