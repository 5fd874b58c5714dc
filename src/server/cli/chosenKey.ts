import { serverExit } from '../../shared/contract/local.ts';
import { StartError } from './startError.ts';

/**
 * Takes the key that the environment names for the first user, out of the environment: no child process inherits it. Keys are
 * stored as a plain SHA-256, which anyone who has a copy of the database can try guesses against: a short key would be found.
 * @throws StartFailure when it cannot serve as a key
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
