import { serverExit } from '../../shared/contract/local.ts';
import { StartError } from './startError.ts';

/**
 * Removes the key of the first user from the environment, so that no child process inherits it, and returns it. Only
 * the plain SHA-256 of a key is stored, and anyone with a copy of the database can test guesses against it. Short keys
 * are therefore refused.
 * @throws StartError if the key is too short or otherwise unusable
 */
export function takeChosenKey(environment: NodeJS.ProcessEnv): string | null {
  const key = environment.TEST_STATIONS_ADMIN_KEY;
  delete environment.TEST_STATIONS_ADMIN_KEY;
  if (key === undefined || /^[\x21-\x7e]{32,200}$/.test(key)) return key ?? null;
  throw new StartError(
    serverExit.usage,
    `TEST_STATIONS_ADMIN_KEY must have 32 to 200 letters, digits or signs, and no blanks. Set a long random key, or unset the variable and create a key with "server.js new-user-key".`,
  );
}
