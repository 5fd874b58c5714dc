import { serverExit } from '../contract/local.ts';
import { type DataFolder } from './dataFolder.ts';
import { makeKey, storeChosenKey } from './keys.ts';
import { StartFailure } from './startFailure.ts';
import { addUserKey, hasUserKey } from './store/keys.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/tables.ts';

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

/** Sees to it that there is a user key. One that is made is shown once, on stderr. */
export async function ensureUserKey(store: Store, chosen: string | null): Promise<void> {
  if (await hasUserKey(store)) return;
  if (chosen !== null) {
    await addUserKey(store, storeChosenKey(chosen), false);
    return;
  }
  const made = makeKey('user');
  await addUserKey(store, made, false);
  console.error(`The user key of this new data folder, shown this once: ${made.key}`);
}

/** Makes a further user key; whoever may write the folder may do so, also while its server runs. */
export async function newUserKey(folder: DataFolder, revokeOthers: boolean): Promise<string> {
  const { store } = openStore(folder.database);
  try {
    const made = makeKey('user');
    await addUserKey(store, made, revokeOthers);
    return made.key;
  } finally {
    await store.destroy();
  }
}
