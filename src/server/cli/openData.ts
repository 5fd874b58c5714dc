import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { Engine } from '../store/engine.ts';
import type { Lease } from '../store/postgres/lease.ts';
import { openStore } from '../store/sqlite/open.ts';
import { isSchemaOlder } from '../store/sqlite/schema/migrations.ts';
import { Writer } from '../writer.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { logFailure } from './logFailure.ts';

/** @param lease by which this process is the active server; null if it is not @throws CommandError if the database cannot be used */
export async function openData({ database, databaseUrl }: DataFolder, lease: Lease | null = null): Promise<Engine> {
  if (databaseUrl === null) return openStore(database);
  const { openPostgres } = await import('../store/postgres/postgres.ts');
  try {
    // The writer is made here, because a bundle of its own would have other classes of errors.
    const opened = await openPostgres(databaseUrl, {
      lease,
      // The error itself has the whole connection.
      connectionLost: (error) => logFailure('A connection to PostgreSQL was lost', messageOf(error)),
      keyUsesFailed: (error) => logFailure('When keys were last used could not be stored', messageOf(error)),
    });
    return { ...opened, writer: new Writer(opened.store, opened.pushes) };
  } catch (error) {
    throw databaseError(error);
  }
}

/** @throws CommandError if the SQLite database of the folder is of an earlier version */
export function requireUpdated({ path, database }: DataFolder): void {
  if (!isSchemaOlder(database)) return;
  throw new CommandError(
    serverExit.schemaTooOld,
    `The data in ${path} is of an earlier version. Start this server once, which updates the data.`,
  );
}

export const databaseError = (error: unknown): CommandError =>
  new CommandError(
    serverExit.databaseUnusable,
    `The PostgreSQL database cannot be used: ${messageOf(error).replace(/\.?$/, '.')} Check TEST_STATIONS_DATABASE_URL.`,
    error,
  );
