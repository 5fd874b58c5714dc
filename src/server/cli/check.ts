import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { howToRestore, isDamage } from '../store/databaseErrors.ts';
import { type DatabaseFile, openForReading } from '../store/sqlite/databaseFile.ts';
import { isSchemaOlder, requireKnownSchema } from '../store/sqlite/schema/migrations.ts';
import { attachmentMismatch, filesIn } from './checkFiles.ts';
import { CommandError } from './commandError.ts';
import { type DataFolder } from './dataFolder.ts';
import { violationQueries } from './violations.ts';

/**
 * Searches a data folder for damage. It only reads, so the server of the folder may be running.
 * Yields one sentence per finding.
 * @param withAttachments whether the attachments are files, which are searched too
 * @throws CommandError if the data is of another version
 */
export function* check(folder: DataFolder, withAttachments = true): Generator<string> {
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
    database = openForReading(folder.database);
    yield* checkDatabase(database);
    if (withAttachments) yield* checkAttachments(database, folder.attachments);
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield `The database ${folder.database} is damaged (${messageOf(error)}). ${howToRestore}`;
  } finally {
    database?.close();
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

/** A running server may change both sides between the two reads, so mismatches are checked a second time. */
function* checkAttachments(database: DatabaseFile, folder: string): Generator<string> {
  const select = database.prepare('select name, size, stored_at from uploads where id = ?');
  const findMismatch = (id: string): string | null => {
    const row = select.get(id);
    const upload = row && { name: String(row['name']), size: Number(row['size']), isStored: row['stored_at'] !== null };
    return attachmentMismatch(folder, id, upload);
  };
  const stored = queryTexts(database, 'select id from uploads where stored_at is not null');
  for (const id of new Set([...stored, ...filesIn(folder)])) {
    const finding = findMismatch(id) && findMismatch(id);
    if (finding) yield finding;
  }
}
