import { sql } from 'kysely';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { howToRestore, isDamage } from '../store/databaseErrors.ts';
import { type DatabaseFile, openForReading } from '../store/sqlite/databaseFile.ts';
import { isSchemaOlder, requireKnownSchema } from '../store/sqlite/schema/migrations.ts';
import { checkAttachments, checkedUploads } from './checkAttachments.ts';
import { CommandError } from './commandError.ts';
import { type DataFolder } from './dataFolder.ts';
import { openData } from './openData.ts';
import type { BucketOptions } from './storageOptions.ts';
import { violationQueries } from './violations.ts';

/**
 * Searches the data of a server for damage. It only reads, so the server may be running. Damage of a PostgreSQL database itself is
 * found by the tools of PostgreSQL. Yields one sentence per finding.
 * @throws CommandError if the data is of another version, or the database cannot be used
 * @throws StorageError if the bucket cannot be listed
 */
export async function* check(folder: DataFolder, bucket: BucketOptions | null = null): AsyncGenerator<string> {
  yield* folder.databaseUrl === null ? checkSqlite(folder, bucket) : checkPostgres(folder, bucket);
}

async function* checkSqlite(folder: DataFolder, bucket: BucketOptions | null): AsyncGenerator<string> {
  let database: DatabaseFile | undefined;
  try {
    requireKnownSchema(folder.database);
    if (isSchemaOlder(folder.database)) {
      throw new CommandError(
        serverExit.schemaTooOld,
        `The data in ${folder.path} is of an earlier version. Check it with the program of that version, or start this ` +
          'server once, which updates the data.',
      );
    }
    const opened = openForReading(folder.database);
    database = opened;
    yield* checkDatabase(opened);
    const uploads = opened.prepare('select id, name, size, stored_at from uploads');
    yield* checkAttachments(() => checkedUploads.parse(uploads.all()), folder.attachments, bucket);
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield `The database ${folder.database} is damaged (${messageOf(error)}). ${howToRestore}`;
  } finally {
    database?.close();
  }
}

async function* checkPostgres(folder: DataFolder, bucket: BucketOptions | null): AsyncGenerator<string> {
  const { store } = await openData(folder);
  try {
    for (const query of violationQueries('postgres')) {
      const { rows } = await sql.raw<Record<string, string>>(query).execute(store);
      for (const row of rows) yield* Object.values(row);
    }
    const uploads = store.selectFrom('uploads').select(['id', 'name', 'size', 'stored_at']);
    yield* checkAttachments(() => uploads.execute(), folder.attachments, bucket);
  } finally {
    await store.destroy();
  }
}

const queryTexts = (database: DatabaseFile, query: string): string[] =>
  database
    .prepare(query)
    .all()
    .map((row) => String(Object.values(row)[0]));

function* checkDatabase(database: DatabaseFile): Generator<string> {
  const damage = queryTexts(database, 'pragma integrity_check').filter((text) => text !== 'ok');
  for (const text of damage) yield `The database is damaged: ${text.replaceAll('\n', ' ')}. ${howToRestore}`;
  for (const { table, rowid, parent } of database.prepare('pragma foreign_key_check').all()) {
    yield `Row ${String(rowid)} of ${String(table)} refers to a row of ${String(parent)} that does not exist.`;
  }
  for (const rule of violationQueries('sqlite')) yield* queryTexts(database, rule);
  yield* checkJson(database);
}

function* checkJson(database: DatabaseFile): Generator<string> {
  const columns = database
    .prepare(
      `select t.name as "table", c.name as "column" from sqlite_schema t join pragma_table_info(t.name) c
       where t.type = 'table' and c.name like '%\\_json' escape '\\'`,
    )
    .all();
  for (const { table, column } of columns) {
    const [invalid] = queryTexts(
      database,
      `select count(*) from "${String(table)}" where "${String(column)}" is not null and not json_valid("${String(column)}")`,
    );
    if (invalid !== '0') {
      yield `In ${String(invalid)} rows of ${String(table)} the column ${String(column)} is no JSON.`;
    }
  }
}
