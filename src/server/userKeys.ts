import { type DataFolder } from './dataFolder.ts';
import { makeKey, storeChosenKey } from './keys.ts';
import { addUserKey, hasUserKey, type NewUserKey } from './store/keys.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/tables.ts';

const unnamed: NewUserKey = { revokeOthers: false, name: null };

/** Sees to it that there is a user key. One that is made is shown once, on stderr. */
export async function ensureUserKey(store: Store, chosen: string | null): Promise<void> {
  if (await hasUserKey(store)) return;
  if (chosen !== null) {
    await addUserKey(store, storeChosenKey(chosen), unnamed);
    return;
  }
  const made = makeKey('user');
  await addUserKey(store, made, unnamed);
  console.error(`The user key of this new data folder, shown this once: ${made.key}`);
}

/** Makes a further user key; whoever may write the folder may do so, also while its server runs. */
export async function newUserKey(folder: DataFolder, options: NewUserKey): Promise<string> {
  const { store } = openStore(folder.database);
  try {
    const made = makeKey('user');
    await addUserKey(store, made, options);
    return made.key;
  } finally {
    await store.destroy();
  }
}
