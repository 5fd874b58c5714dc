import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryCompiler,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { serverExit } from '../../../shared/contract/local.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { CommandError } from '../../cli/commandError.ts';
import { Writer } from '../../writer.ts';
import { howToRestore, isDamage } from '../databaseErrors.ts';
import type { Engine } from '../engine.ts';
import { fold } from '../fold.ts';
import type { Tables } from '../tables.ts';
import { openForWriting } from './databaseFile.ts';
import { sqlitePushes } from './pushes.ts';
import { migrate } from './schema/migrations.ts';
import { Statements } from './statements.ts';
import { SqliteWordCompiler } from './words.ts';

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A value of type ${typeof value} cannot be stored.`);
}

/** The number of prepared statements that are cached: preparing one takes longer than most take to run. */
const maxStatements = 100;

function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const known = statements.get(sql);
    // Move the statement to the end: the map is ordered by last use.
    if (known) statements.delete(sql);
    const statement = known ?? prepareOnce(database, sql);
    statements.set(sql, statement);
    if (statements.size > maxStatements) {
      for (const oldest of statements.keys()) {
        statements.delete(oldest);
        break;
      }
    }
    return statement;
  };
  return { prepare, close: () => database.close() };
}

function prepareOnce(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

/**
 * Takes the write lock at the beginning of each transaction. A transaction that took it later could fail because
 * `new-user-key` wrote in between. Kysely itself allows no other query within an open transaction (`ConnectionMutex`).
 */
class WritingDriver extends SqliteDriver {
  readonly #isOpen: () => boolean;

  constructor(database: SqliteDatabase, isOpen: () => boolean) {
    super({ database });
    this.#isOpen = isOpen;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(keepUndoInMemory);
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    await connection.executeQuery(sortInFiles);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // On a full disk SQLite has rolled back by itself. A second rollback would fail and hide the reason.
    if (this.#isOpen()) await super.rollbackTransaction(connection);
    await connection.executeQuery(sortInFiles);
  }
}

/** By default, the undo data of a statement with triggers goes to a file: more bytes than everything that it stores. */
const keepUndoInMemory = CompiledQuery.raw('pragma temp_store = memory');
/** Sorting a million rows in memory would take hundreds of megabytes. */
const sortInFiles = CompiledQuery.raw('pragma temp_store = default');

class NodeSqliteDialect extends SqliteDialect {
  readonly #driver: Driver;

  constructor(database: DatabaseSync) {
    const adapted = asKyselyDatabase(database);
    super({ database: adapted });
    this.#driver = new WritingDriver(adapted, () => database.isTransaction);
  }

  override createQueryCompiler(): QueryCompiler {
    return new SqliteWordCompiler();
  }

  override createDriver(): Driver {
    return this.#driver;
  }
}

/**
 * The cache has 4 MB, because each run changes pages all over a big database. Up to 4000 pages wait in the log: a page
 * that many runs change, such as the end of an index, is then copied into the database once for all of them.
 */
const settings = `pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -4000;
  pragma wal_autocheckpoint = 4000`;

/** Migrates the database, or creates it. A commit is durable when it returns. @throws CommandError if it is newer or damaged */
export function openStore(path: string): Engine {
  const database = openForWriting(path);
  try {
    database.exec(settings);
    migrate(database, path);
    database.function('fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  } catch (error) {
    database.close();
    if (!isDamage(error)) throw error;
    throw new CommandError(
      serverExit.databaseDamaged,
      `The database ${path} is damaged (${messageOf(error)}). ${howToRestore}`,
      error,
    );
  }
  const sql = new Statements(database);
  const store = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
  const pushes = sqlitePushes(sql);
  return { store, writer: new Writer(store, pushes), pushes };
}
