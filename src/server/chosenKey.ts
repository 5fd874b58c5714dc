import { serverExit } from '../contract/local.ts';
import { StartFailure } from './startFailure.ts';

/**
 * Takes the key that the environment names for the first user, out of the environment: no child process inherits it.
 * @throws StartFailure when it cannot serve as a key
 */
export function takeChosenKey(environment: NodeJS.ProcessEnv): string | null {
  const key = environment.TEST_STATIONS_ADMIN_KEY;
  delete environment.TEST_STATIONS_ADMIN_KEY;
  if (key === undefined || /^[\x21-\x7e]{10,200}$/.test(key)) return key ?? null;
  throw new StartFailure(
    serverExit.usage,
    `TEST_STATIONS_ADMIN_KEY must have 10 to 200 letters, digits or signs, and no blanks. Set a longer key, or unset it to have one made.`,
  );
}
