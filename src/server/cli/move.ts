import { existsSync, renameSync, rmSync } from 'node:fs';
import { CompiledQuery } from 'kysely';
import { serverExit } from '../../shared/contract/local.ts';
import { findInstance } from '../store/instance.ts';
import { type DatabaseFile, openForReading, openForWriting } from '../store/sqlite/databaseFile.ts';
import { openStore } from '../store/sqlite/open.ts';
import { requireKnownSchema } from '../store/sqlite/schema/migrations.ts';
import type { StoreTransaction } from '../store/tables.ts';
import { CommandError } from './commandError.ts';
import { databaseFiles, type DataFolder, syncFile } from './dataFolder.ts';
import {
  fillPostgres,
  fillSqlite,
  inOrder,
  type MovedRow,
  type OrderedTable,
  postgresRows,
  requireSameTables,
  RowSum,
  sqliteRows,
  sqliteTables,
} from './moveTables.ts';
import { openData, requireUpdated } from './openData.ts';

/**
 * Copies all data of a folder into an empty PostgreSQL database, in one transaction: after an interruption the database is
 * still empty. Every row is read again and compared before the transaction ends. The folder stays as it is.
 * @throws CommandError if a server is running on one of them, or if the database is not empty
 */
export async function moveToPostgres(folder: DataFolder, report: (line: string) => void): Promise<string> {
  requireKnownSchema(folder.database);
  requireUpdated(folder);
  folder.lock();
  const database = openForReading(folder.database);
  const { store } = await openData(folder);
  try {
    database.exec('begin');
    const tables = inOrder(sqliteTables(database));
    const instance = String(database.prepare('select id from instance').get()?.['id']);
    return await store.transaction().execute(async (change) => {
      await requireNoServer(change);
      await requireSameTables(change, tables);
      await requireEmpty(change, tables, instance);
      const sums = await fillPostgres(
        change,
        tables,
        (table) => sqliteRows(database, table, false),
        progressOf(report),
      );
      for (const table of tables) await compare(table, sums.get(table.name), postgresRows(change, table));
      return summaryOf(sums);
    });
  } finally {
    database.close();
    await store.destroy();
    folder.release();
  }
}

/**
 * Copies all data of a PostgreSQL database into a data folder that has none. The file gets its name when every row has been
 * read again and compared. The database stays as it is.
 * @throws CommandError if a server is running on one of them, or if the folder has data
 */
export async function moveToFolder(folder: DataFolder, report: (line: string) => void): Promise<string> {
  folder.lock();
  const part = `${folder.database}.moving`;
  const clear = (): void => databaseFiles(part).forEach((file) => rmSync(file, { force: true }));
  const { store } = await openData(folder);
  try {
    if (existsSync(folder.database)) {
      throw new CommandError(serverExit.usage, `${folder.database} exists already. Move it to another place first.`);
    }
    clear();
    await openStore(part).store.destroy();
    const database = openForWriting(part);
    try {
      const tables = inOrder(sqliteTables(database));
      const sums = await store.transaction().execute(async (change) => {
        await requireNoServer(change);
        await requireSameTables(change, tables);
        return fillSqlite(database, tables, (table) => postgresRows(change, table), progressOf(report));
      });
      for (const table of tables) await compare(table, sums.get(table.name), sqliteRows(database, table, true));
      database.exec('commit');
      makeDurable(database, part);
      renameSync(part, folder.database);
      return summaryOf(sums);
    } finally {
      if (database.isOpen) database.close();
    }
  } finally {
    clear();
    await store.destroy();
    folder.release();
  }
}

function makeDurable(database: DatabaseFile, path: string): void {
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  syncFile(path);
}

const summaryOf = (sums: ReadonlyMap<string, RowSum>): string => {
  const rows = [...sums.values()].reduce((total, { count }) => total + count, 0);
  return `Copied and compared ${rows} rows of ${sums.size} tables, with ${sums.get('runs')?.count ?? 0} runs.`;
};

const progressOf =
  (report: (line: string) => void) =>
  (table: string, count: number): void => {
    if (count > 0) report(`${table}: ${count} rows`);
  };

/** Until the transaction ends, no server becomes the active one of the database. */
async function requireNoServer(change: StoreTransaction): Promise<void> {
  const { activeLock } = await import('../store/postgres/postgres.ts');
  const { rows } = await change.executeQuery<{ taken: boolean }>(
    CompiledQuery.raw('select pg_try_advisory_xact_lock($1::bigint) as taken', [activeLock]),
  );
  if (rows[0]?.taken === true) return;
  throw new CommandError(
    serverExit.folderInUse,
    'A station server is running on the PostgreSQL database. Stop it and its standbys, then try again.',
  );
}

async function requireEmpty(
  change: StoreTransaction,
  tables: readonly OrderedTable[],
  instance: string,
): Promise<void> {
  const isSame = (await findInstance(change)) === instance;
  if (isSame) {
    throw new CommandError(
      serverExit.usage,
      'The PostgreSQL database has these data already: they were moved there before. Start the server with it.',
    );
  }
  for (const { name } of tables) {
    // A new database has an id and its first user.
    const most = name === 'instance' || name === 'users' ? 1 : 0;
    const { rows } = await change.executeQuery<{ count: number }>(
      CompiledQuery.raw(`select count(*) as count from (select 1 from "${name}" limit 2) as r`),
    );
    if (Number(rows[0]?.count) <= most) continue;
    throw new CommandError(
      serverExit.usage,
      `The PostgreSQL database is not empty: it has rows in ${name}. Create a new database for these data.`,
    );
  }
}

async function compare(
  { name }: OrderedTable,
  expected: RowSum | undefined,
  rows: Iterable<MovedRow> | AsyncIterable<MovedRow>,
): Promise<void> {
  const found = new RowSum();
  for await (const row of rows) found.add(row);
  if (expected !== undefined && String(found) === String(expected)) return;
  throw new CommandError(
    1,
    `The rows of ${name} are not the same in the copy (${String(expected)} and ${String(found)}). Nothing was moved.`,
  );
}
