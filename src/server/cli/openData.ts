import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Engine } from '../store/engine.ts';
import { openStore } from '../store/sqlite/open.ts';
import { Writer } from '../writer.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';

/**
 * Opens the database of a data folder: the SQLite file in it or, if one is given, a database of a PostgreSQL server.
 * @throws CommandError if it cannot be used
 */
export async function openData({ database, databaseUrl }: DataFolder): Promise<Engine> {
  if (databaseUrl === null) return openStore(database);
  const { openPostgres } = await import('../store/postgres/openPostgres.ts');
  try {
    // The writer is made here, because a bundle of its own would have other classes of errors.
    const opened = await openPostgres(databaseUrl);
    return { ...opened, writer: new Writer(opened.store, () => opened.changeCount()) };
  } catch (error) {
    throw new CommandError(serverExit.folderNotWritable, messageOf(error), error);
  }
}
