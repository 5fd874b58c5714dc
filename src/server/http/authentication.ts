import { timingSafeEqual } from 'node:crypto';
import { hashKey } from '../keys.ts';
import { findKey, type FoundKey, type KeyOwner, noteKeyUse } from '../store/keys.ts';
import type { Reader } from '../store/readers.ts';
import type { Statements } from '../store/statements.ts';
import type { Creator } from '../store/tables.ts';
import { unauthorized } from './refusalError.ts';

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
  tryToNoteKeyUse(sql, found);
  return found;
}

/** Milliseconds for which no use is noted after it failed: a full disk must not fill the log as well. */
const pauseMillis = 60_000;
/** By the monotonic clock. */
let pausedUntil = 0;

/** When a key was last used is of interest, but no request may fail because it cannot be stored. */
function tryToNoteKeyUse(sql: Statements, key: FoundKey): void {
  // Within the change of another request, a failure would undo that one.
  if (sql.isOpen || performance.now() < pausedUntil) return;
  try {
    noteKeyUse(sql, key, Date.now());
  } catch (error) {
    pausedUntil = performance.now() + pauseMillis;
    console.error('When keys were last used could not be stored:', error);
  }
}

/** Returns whose data an answer to the caller may contain. */
export const readerOf = (caller: Caller): Reader => (caller.kind === 'station' ? caller.id : null);

/** What is written down of the caller with whatever it makes. */
export const creatorOf = (caller: Caller): Creator => ({
  created_by_user_id: caller.kind === 'user' ? caller.id : null,
  created_by_station_id: caller.kind === 'station' ? caller.id : null,
});
