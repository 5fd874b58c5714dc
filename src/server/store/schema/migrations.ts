import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { serverExit, updatingData } from '../../../shared/contract/local.ts';
import { StartError } from '../../cli/startError.ts';
import { yieldSchema } from '../yield.ts';
import { changesSchema } from './changesSchema.ts';
import { firstSchema } from './firstSchema.ts';
import { historySchema } from './historySchema.ts';
import { keysSchema } from './keysSchema.ts';
import { marksSchema } from './marksSchema.ts';
import { measurementsSchema } from './measurementsSchema.ts';
import { presenceSchema } from './presenceSchema.ts';

type Migration = (database: DatabaseSync) => void;

/**
 * The number of a migration is its place, counted from 1. The tables and columns that a released one creates are never
 * edited. The second one no longer creates the triggers that the seventh one drops.
 */
const migrations: readonly Migration[] = [
  (database) => {
    database.exec(firstSchema + changesSchema);
    const now = Date.now();
    database.prepare('insert into instance (id, created_at) values (?, ?)').run(randomUUID(), now);
    database
      .prepare('insert into users (id, name, email, created_at) values (?, ?, ?, ?)')
      .run(randomUUID(), 'Local user', 'local@test-stations.invalid', now);
  },
  (database) => database.exec(presenceSchema),
  (database) => database.exec(measurementsSchema),
  (database) => database.exec(keysSchema),
  (database) => database.exec(yieldSchema),
  (database) => database.exec(marksSchema),
  (database) => database.exec(historySchema),
];

function schemaOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0);
}

const tooNew = (path: string, schema: number): StartError =>
  new StartError(
    serverExit.schemaTooNew,
    `The database ${path} was written by a newer version of the station server (schema ${schema}, this one knows ` +
      `${migrations.length}). Update Test Stations, or choose another folder with --data.`,
  );

/** Returns whether a database has an earlier schema. One that does not exist yet counts as such. */
export function isSchemaOlder(path: string): boolean {
  return !existsSync(path) || readSchema(path) < migrations.length;
}

/** @throws StartError if the database has a later schema than this program */
export function requireKnownSchema(path: string): void {
  const schema = readSchema(path);
  if (schema > migrations.length) throw tooNew(path, schema);
}

function readSchema(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    return schemaOf(database);
  } finally {
    database.close();
  }
}

/** Applies the next migration in one transaction. Returns false if there is none. */
function migrateOnce(database: DatabaseSync, path: string): boolean {
  database.exec('begin immediate');
  try {
    const schema = schemaOf(database);
    if (schema > migrations.length) throw tooNew(path, schema);
    const next = migrations[schema];
    if (next) {
      next(database);
      database.exec(`pragma user_version = ${schema + 1}`);
    }
    database.exec('commit');
    return next !== undefined;
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

/**
 * Migrates the database to the schema of this program.
 * @throws StartError if its schema is later
 */
export function migrate(database: DatabaseSync, path: string): void {
  const schema = schemaOf(database);
  const isOlder = schema > 0 && schema < migrations.length;
  if (isOlder) console.error(updatingData.begins);
  while (migrateOnce(database, path));
  if (isOlder) console.error(updatingData.done);
}
