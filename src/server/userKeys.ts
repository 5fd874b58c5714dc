import { type DataFolder } from './dataFolder.ts';
import { makeKey, storeChosenKey } from './keys.ts';
import { addUserKey, hasUserKey } from './store/keys.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/tables.ts';

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
