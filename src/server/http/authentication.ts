import { bearerIn, hasHash, hashKey } from '../keys.ts';
import { log } from '../log.ts';
import type { FoundKey, KeyOwner } from '../store/keys.ts';
import type { Pushes } from '../store/pushes.ts';
import type { Reader } from '../store/readers.ts';
import type { Creator } from '../store/tables.ts';
import { unauthorized } from './refusalError.ts';

export type Caller = KeyOwner;

export async function authenticate(pushes: Pushes, authorization: string | undefined): Promise<FoundKey> {
  const key = bearerIn(authorization);
  if (key === '') {
    throw unauthorized('There is no API key in the request. Send it in the header "Authorization: Bearer <key>".');
  }
  const found = await pushes.findKey(hashKey(key));
  if (!found || !hasHash(key, found.hash)) {
    throw unauthorized('This API key is not known here: it was replaced or deleted, or it belongs to another server.');
  }
  await tryToSaveKeyUse(pushes, found);
  return found;
}

const retryDelayMs = 60_000;
let retryAtMs = 0;

/** A failure is ignored for a minute, so that a full disk does not fill the log. */
async function tryToSaveKeyUse(pushes: Pushes, key: FoundKey): Promise<void> {
  if (performance.now() < retryAtMs) return;
  try {
    await pushes.saveKeyUse(key, Date.now());
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
