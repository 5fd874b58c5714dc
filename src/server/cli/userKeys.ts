import { serverExit } from '../../shared/contract/local.ts';
import { createKey, storeChosenKey } from '../keys.ts';
import { log, type LogFormat } from '../log.ts';
import { isDamage } from '../store/databaseErrors.ts';
import type { Engine } from '../store/engine.ts';
import { addUserKey, hasUserKey, type NewUserKey } from '../store/keys.ts';
import { isSchemaOlder } from '../store/sqlite/schema/migrations.ts';
import { CommandError } from './commandError.ts';
import { type DataFolder } from './dataFolder.ts';
import { openData } from './openData.ts';

const unnamed: NewUserKey = { revokeOthers: false, name: null };

/** A log that other programs read must not contain a key: then none is created. */
export async function ensureUserKey(
  { store, writer }: Pick<Engine, 'store' | 'writer'>,
  chosen: string | null,
  logFormat: LogFormat,
): Promise<void> {
  if (await hasUserKey(store)) return;
  if (chosen !== null) {
    await writer.write((change) => addUserKey(change, storeChosenKey(chosen), unnamed));
    return;
  }
  if (logFormat === 'json') {
    log.warning('This data folder has no user key yet. Create one with "server.js new-user-key --data DIR".');
    return;
  }
  const generated = createKey('user');
  await writer.write((change) => addUserKey(change, generated, unnamed));
  console.error(`The user key of this new data folder, shown this once: ${generated.key}`);
}

/** Also beside a running server. @throws CommandError if its data would have to be migrated */
export const newUserKey = (folder: DataFolder, options: NewUserKey): Promise<string> =>
  withStore(folder, async ({ writer }) => {
    const generated = createKey('user');
    await writer.write((change) => addUserKey(change, generated, options));
    return generated.key;
  });

/** Opens the data beside a server that may be running. @throws CommandError if that would migrate its data */
export async function withStore<T>(folder: DataFolder, work: (data: Engine) => Promise<T>): Promise<T> {
  const isUpdate = isUpdateNeeded(folder);
  if (isUpdate) lockForUpdate(folder);
  const engine = await openData(folder);
  try {
    return await work(engine);
  } finally {
    await engine.store.destroy();
    if (isUpdate) folder.release();
  }
}

function isUpdateNeeded({ database, databaseUrl }: DataFolder): boolean {
  if (databaseUrl !== null) return false;
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
    if (!(error instanceof CommandError) || error.exitCode !== serverExit.folderInUse) throw error;
    throw new CommandError(
      serverExit.schemaTooOld,
      `A station server of an earlier version is running on the data folder ${folder.path}, and this program would have ` +
        'to update its data. Stop that server, then try again.',
      error,
    );
  }
}
