import { randomUUID } from 'node:crypto';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type QueryCompiler,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import { Pool, types } from 'pg';
import type { Engine } from '../engine.ts';
import type { Store, StoreTransaction, Tables } from '../tables.ts';
import { postgresPushes } from './pushes.ts';
import { schemaTables } from './schema.ts';
import { schemaTriggers } from './triggers.ts';
import { PostgresWordCompiler } from './words.ts';

const schemaVersion = 1;
const connections = 8;

/** The transactions of all servers of a database take this lock, so that one writes at a time. */
const writerLock = 7_446_903_261;

/** Whole numbers are below 2^53 here. */
for (const type of [types.builtins.INT8, types.builtins.NUMERIC]) types.setTypeParser(type, Number);

/** Takes the writer's lock at the beginning of each transaction: look and write then belong together, as with SQLite. */
class WritingDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
    await connection.executeQuery(CompiledQuery.raw('select pg_advisory_xact_lock($1)', [writerLock]));
  }
}

class WordyDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new WritingDriver(this.#config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new PostgresWordCompiler();
  }
}

/**
 * Opens a database of a PostgreSQL server, and creates its tables if it has none. A commit is durable when it returns.
 * @param connectionLost is called when a connection of the pool ends unexpectedly
 * @throws Error if it cannot be used; no message contains the password in `url`
 */
export async function openPostgres(
  url: string,
  connectionLost: (error: Error) => void,
): Promise<Omit<Engine, 'writer'> & { changeCount(): number }> {
  const pool = new Pool({ connectionString: url, max: connections });
  pool.on('error', connectionLost);
  // One that is in use reports it with the query, too. Without a listener the event would end the process.
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  let changes = 0;
  const store = new Kysely<Tables>({
    dialect: new WordyDialect({ pool }),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
    log: ({ query }) => {
      if (query.query.kind !== 'SelectQueryNode') changes += 1;
    },
  });
  try {
    await requireUsable(store);
    await store.transaction().execute(prepare);
  } catch (error) {
    await store.destroy();
    throw error;
  }
  return { store, changeCount: () => changes, pushes: postgresPushes(store) };
}

async function requireUsable(store: Store): Promise<void> {
  const { rows } = await sql<{ collation: string; encoding: string }>`
    select datcollate as collation, pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`.execute(store);
  const [found] = rows;
  if (found?.collation === 'C' && found.encoding === 'UTF8') return;
  throw new Error(
    `It has the collation ${found?.collation ?? '?'} and the encoding ${found?.encoding ?? '?'}; the ` +
      `station server needs C and UTF8. Create it with: createdb --template template0 --lc-collate C --encoding UTF8 NAME.`,
  );
}

async function prepare(change: StoreTransaction): Promise<void> {
  await sql`create table if not exists schema_version (version bigint not null)`.execute(change);
  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(change);
  const version = rows[0]?.version;
  if (version === undefined) {
    await createSchema(change);
  } else if (version > schemaVersion) {
    throw new Error(
      `It was written by a newer version of the station server (schema ${version}, this one knows ` +
        `${schemaVersion}). Update Test Stations, or use another database.`,
    );
  }
}

async function createSchema(change: StoreTransaction): Promise<void> {
  await change.executeQuery(CompiledQuery.raw(schemaTables));
  await change.executeQuery(CompiledQuery.raw(schemaTriggers));
  const now = Date.now();
  await change.insertInto('instance').values({ id: randomUUID(), created_at: now }).execute();
  await change
    .insertInto('users')
    .values({
      id: randomUUID(),
      name: 'Local user',
      email: 'local@test-stations.invalid',
      role: 'administrator',
      created_at: now,
    })
    .execute();
  await sql`insert into schema_version values (${schemaVersion})`.execute(change);
}
