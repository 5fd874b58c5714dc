import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { serverExit, updatingData } from '../../../../shared/contract/local.ts';
import { CommandError } from '../../../cli/commandError.ts';
import { log } from '../../../log.ts';
import { openForReading, withDatabase } from '../databaseFile.ts';
import { analyticsSchema, computingQuartersSchema } from './analyticsSchema.ts';
import { calendarSchema } from './calendarSchema.ts';
import { changesSchema } from './changesSchema.ts';
import { addFailedMeasurements } from './failedMeasurementsSchema.ts';
import { firstSchema } from './firstSchema.ts';
import { goldenSchema } from './goldenSchema.ts';
import { historySchema } from './historySchema.ts';
import { identitiesSchema } from './identitiesSchema.ts';
import { measurementsSchema } from './measurementsSchema.ts';
import { packedSummariesSchema } from './packedSummariesSchema.ts';
import { peopleSchema } from './peopleSchema.ts';
import { presenceSchema } from './presenceSchema.ts';
import { runsOfUnitSchema, stationFiguresSchema } from './stationFiguresSchema.ts';
import { stationGroupsSchema } from './stationGroupsSchema.ts';
import { studiesSchema } from './studiesSchema.ts';
import { summaryTablesSchema } from './summaryTablesSchema.ts';
import { unitListSchema } from './unitListSchema.ts';

/**
 * The schema of keys after the first one. The signing secret leaves the database: it is a file of its own now, which no
 * backup contains. A new one is generated, because backups of the earlier schema contain the old one. User keys can have a
 * name, by which a new key replaces the earlier one.
 */
const keysSchema = `
alter table instance drop column signing_secret;
alter table api_keys add column name text check (name is null or kind = 'user');
create unique index api_keys_by_name on api_keys (name) where name is not null;
`;

/** Reference units are few, and the yield of every station needs them. */
const yieldSchema = 'create index units_by_sample on units (id) where sample is not null;';

/**
 * A run is found by each of the two marks of its push, `Idempotency-Key` and `client_run_ref`, and stored with the hash
 * of the pushed content. Both marks are scoped to the caller; references were not before. The names of stations are no
 * longer unique.
 */
const marksSchema = `
alter table runs add column ref_key text;
alter table runs add column push_hash text;
update runs set
  ref_key = iif(created_by_station_id is null, 'user ' || created_by_user_id, 'station ' || created_by_station_id)
    || substr(push_key, 4),
  push_key = null
where push_key glob 'ref *';
create unique index runs_by_ref_key on runs (ref_key) where ref_key is not null;

drop index stations_by_name;
create index stations_by_name on stations (name_key) where archived_at is null;
`;

/** The runs of a procedure or a station with one outcome are found in the index alone, even if there are hardly any. */
const outcomesSchema = `
drop index runs_by_procedure;
create index runs_by_procedure on runs (procedure_id, started_at, outcome);
drop index runs_by_station;
create index runs_by_station on runs (created_by_station_id, started_at, outcome) where created_by_station_id is not null;
`;

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
  (database) => database.exec(analyticsSchema),
  (database) => database.exec(studiesSchema),
  addFailedMeasurements,
  (database) => database.exec(goldenSchema),
  (database) => database.exec(calendarSchema),
  (database) => database.exec(packedSummariesSchema),
  (database) => database.exec(stationFiguresSchema),
  (database) => database.exec(summaryTablesSchema),
  (database) => database.exec(peopleSchema),
  (database) => database.exec(identitiesSchema),
  (database) => database.exec(outcomesSchema),
  (database) => database.exec(stationGroupsSchema),
  (database) => database.exec(unitListSchema),
  (database) => database.exec(runsOfUnitSchema),
  (database) => database.exec(computingQuartersSchema),
];

function schemaOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0);
}

const tooNew = (path: string, schema: number): CommandError =>
  new CommandError(
    serverExit.schemaTooNew,
    `The database ${path} was written by a newer version of the station server (schema ${schema}, this one knows ` +
      `${migrations.length}). Update Test Stations, or choose another folder with --data.`,
  );

export function isSchemaOlder(path: string): boolean {
  return !existsSync(path) || readSchema(path) < migrations.length;
}

export function requireKnownSchema(path: string): void {
  const schema = readSchema(path);
  if (schema > migrations.length) throw tooNew(path, schema);
}

function readSchema(path: string): number {
  return withDatabase(openForReading(path), schemaOf);
}

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

/** @throws CommandError if the schema of the database is later than that of this program */
export function migrate(database: DatabaseSync, path: string): void {
  const schema = schemaOf(database);
  const isOlder = schema > 0 && schema < migrations.length;
  if (isOlder) log.info(updatingData.begins);
  while (migrateOnce(database, path));
  if (isOlder) log.info(updatingData.done);
}
