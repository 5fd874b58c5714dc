import { timingSafeEqual } from 'node:crypto';
import { hashKey } from '../keys.ts';
import { log } from '../log.ts';
import { findKey, type FoundKey, type KeyOwner, saveKeyUse } from '../store/keys.ts';
import type { Reader } from '../store/readers.ts';
import type { Statements } from '../store/sqlite/statements.ts';
import type { Creator } from '../store/tables.ts';
import { unauthorized } from './refusalError.ts';

export type Caller = KeyOwner;

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
  tryToSaveKeyUse(sql, found);
  return found;
}

const retryDelayMs = 60_000;
let retryAtMs = 0;

/**
 * Stores when a key was last used. If that fails, the request continues, and the next attempt is a minute later, so that a full disk
 * does not fill the log.
 */
function tryToSaveKeyUse(sql: Statements, key: FoundKey): void {
  // Within the transaction of another request, a failure would undo that request.
  if (sql.isOpen || performance.now() < retryAtMs) return;
  try {
    saveKeyUse(sql, key, Date.now());
  } catch (error) {
    retryAtMs = performance.now() + retryDelayMs;
    log.error('When keys were last used could not be stored', error);
  }
}

export const readerOf = (caller: Caller): Reader => (caller.kind === 'station' ? caller.id : null);

export const creatorOf = (caller: Caller): Creator => ({
  created_by_user_id: caller.kind === 'user' ? caller.id : null,
  created_by_station_id: caller.kind === 'station' ? caller.id : null,
});
