import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { attachmentFault } from '../attachments/attachmentFault.ts';
import { attachmentPath, incoming } from '../attachments/attachmentFolder.ts';
import { howToRestore, isDamage } from '../store/databaseErrors.ts';
import { type DatabaseFile, openForReading } from '../store/sqlite/databaseFile.ts';
import { isSchemaOlder, requireKnownSchema } from '../store/sqlite/schema/migrations.ts';
import { quarterHourMillis } from '../store/time.ts';
import { CommandError } from './commandError.ts';
import { type DataFolder } from './dataFolder.ts';

const violationQueries: readonly string[] = [
  `select 'Run ' || id || ' ends before it starts.' from runs where ended_at < started_at`,
  `with recursive above(unit, id) as (
     select id, parent_id from units where parent_id is not null
     union
     select above.unit, units.parent_id from above join units using (id) where units.parent_id is not null
   )
   select 'Unit ' || unit || ' is built into itself.' from above where unit = id`,
  `select 'Unit ' || id || ' has ' || coalesce(runs, 0) || ' runs and is noted with ' || run_count || '.'
   from units left join (select unit_id, count(*) as runs from runs group by unit_id) on unit_id = id
   where run_count <> coalesce(runs, 0)`,
  `select 'Batch ' || id || ' has ' || coalesce(units, 0) || ' units and is noted with ' || unit_count || '.'
   from batches left join (select batch_id, count(*) as units from units group by batch_id) on batch_id = id
   where unit_count <> coalesce(units, 0)`,
  `select 'Run ' || r.id || ' has not the revision and batch of its unit.' from runs r join units u on u.id = r.unit_id
   where r.revision_id is not u.revision_id or r.batch_id is not u.batch_id`,
  `select 'Upload ' || id || ' is stored and has no size.' from uploads where stored_at is not null and size is null`,
  `select 'Of the changes up to ' || max(id) || ' some are missing.' from changes having count(*) <> max(id) - min(id) + 1`,
  // A day that is not stale has the counts of its runs. Until the next stored day there are no others.
  `with days as (
     select procedure_id, starts_at, lead(starts_at, 1, ${Number.MAX_SAFE_INTEGER})
         over (partition by procedure_id order by starts_at) as ends_at,
       (select sum(value ->> 'runs') from json_each(summary_json)) as counted
     from procedure_days where json_valid(summary_json)
   ), compared as (
     select procedure_id, starts_at, counted, (
         select count(*) from runs where procedure_id = days.procedure_id and started_at >= starts_at
           and started_at < ends_at and not exists (select 1 from study_runs where run_key = runs.key)
       ) as stored
     from days where not exists (select 1 from stale_quarters as s where s.procedure_id = days.procedure_id
       and s.quarter >= starts_at / ${quarterHourMillis} and s.quarter <= ends_at / ${quarterHourMillis})
   )
   select 'The statistics of procedure ' || procedure_id || ' since ' || datetime(starts_at / 1000, 'unixepoch')
     || ' UTC count ' || counted || ' runs, and there are ' || stored || '.'
   from compared where counted <> stored`,
];

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
  for (const rule of violationQueries) yield* queryTexts(database, rule);
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
    if (!row) {
      const file = lstatSync(attachmentPath(folder, id), { throwIfNoEntry: false });
      return file ? `The file of attachment ${id} belongs to nothing.` : null;
    }
    if (row['stored_at'] === null) return null;
    return attachmentFault(folder, { id, name: String(row['name']), size: Number(row['size']) });
  };
  const stored = queryTexts(database, 'select id from uploads where stored_at is not null');
  for (const id of new Set([...stored, ...filesIn(folder)])) {
    const finding = findMismatch(id) && findMismatch(id);
    if (finding) yield finding;
  }
}

function* filesIn(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const part of readdirSync(folder)) if (part !== incoming) yield* readdirSync(join(folder, part));
}
