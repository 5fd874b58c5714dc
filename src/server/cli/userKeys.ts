import { serverExit } from '../../shared/contract/local.ts';
import { createKey, storeChosenKey } from '../keys.ts';
import { isDamage } from '../store/databaseErrors.ts';
import { addUserKey, hasUserKey, type NewUserKey } from '../store/keys.ts';
import { openStore } from '../store/open.ts';
import { isSchemaOlder } from '../store/schema/migrations.ts';
import type { Store } from '../store/tables.ts';
import { type DataFolder } from './dataFolder.ts';
import { StartError } from './startError.ts';

const unnamed: NewUserKey = { revokeOthers: false, name: null };

/** Creates a user key if there is none. A generated key is printed once, on stderr. */
export async function ensureUserKey(store: Store, chosen: string | null): Promise<void> {
  if (await hasUserKey(store)) return;
  if (chosen !== null) {
    await addUserKey(store, storeChosenKey(chosen), unnamed);
    return;
  }
  const made = createKey('user');
  await addUserKey(store, made, unnamed);
  console.error(`The user key of this new data folder, shown this once: ${made.key}`);
}

/**
 * Creates another user key. Everyone who may write to the folder may do so, even while its server is running.
 * @throws StartError if the data would have to be migrated while a server is running
 */
export async function newUserKey(folder: DataFolder, options: NewUserKey): Promise<string> {
  const isUpdate = isUpdateNeeded(folder);
  if (isUpdate) lockForUpdate(folder);
  const { store } = openStore(folder.database);
  try {
    const made = createKey('user');
    await addUserKey(store, made, options);
    return made.key;
  } finally {
    await store.destroy();
    if (isUpdate) folder.release();
  }
}

function isUpdateNeeded({ database }: DataFolder): boolean {
  try {
    return isSchemaOlder(database);
  } catch (error) {
    if (isDamage(error)) return false; // opening the store reports the damage
    throw error;
  }
}

/** A running server does not know a later schema: only the process that has locked the folder may migrate its data. */
function lockForUpdate(folder: DataFolder): void {
  try {
    folder.lock();
  } catch (error) {
    if (!(error instanceof StartError) || error.exitCode !== serverExit.folderInUse) throw error;
    throw new StartError(
      serverExit.schemaTooOld,
      `A station server of an earlier version is running on the data folder ${folder.path}, and this program would have ` +
        'to update its data. Stop that server, then try again.',
      error,
    );
  }
}
