import { timingSafeEqual } from 'node:crypto';
import { hashKey } from '../keys.ts';
import { findKey, type FoundKey, type KeyOwner, saveKeyUse } from '../store/keys.ts';
import type { Reader } from '../store/readers.ts';
import type { Statements } from '../store/statements.ts';
import type { Creator } from '../store/tables.ts';
import { unauthorized } from './refusalError.ts';

export type Caller = KeyOwner;

/**
 * Finds the owner of the key in the `Authorization` header.
 * @throws RefusalError (401) if there is no key, or if it is unknown or no longer valid
 */
export function authenticate(sql: Statements, authorization: string | undefined): FoundKey {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!key) {
    throw unauthorized('There is no API key in the request. Send it in the header "Authorization: Bearer <key>".');
  }
  const hash = hashKey(key);
  const found = findKey(sql, hash);
  if (!found || !timingSafeEqual(Buffer.from(found.hash), Buffer.from(hash))) {
    throw unauthorized('This API key is not known here: it was replaced or deleted, or it belongs to another server.');
  }
  tryToNoteKeyUse(sql, found);
  return found;
}

/**
 * Milliseconds without further attempts after the use of a key could not be stored, so that a full disk does not fill
 * the log.
 */
const pauseMillis = 60_000;
let pausedUntil = 0;

/** Stores when a key was last used. A request does not fail because that cannot be stored. */
function tryToNoteKeyUse(sql: Statements, key: FoundKey): void {
  // Within the transaction of another request, a failure would undo that request.
  if (sql.isOpen || performance.now() < pausedUntil) return;
  try {
    saveKeyUse(sql, key, Date.now());
  } catch (error) {
    pausedUntil = performance.now() + pauseMillis;
    console.error('When keys were last used could not be stored:', error);
  }
}

/** Returns the reader whose data a response to the caller may contain. */
export const readerOf = (caller: Caller): Reader => (caller.kind === 'station' ? caller.id : null);

/** Returns what is stored of the caller with each row that it creates. */
export const creatorOf = (caller: Caller): Creator => ({
  created_by_user_id: caller.kind === 'user' ? caller.id : null,
  created_by_station_id: caller.kind === 'station' ? caller.id : null,
});
