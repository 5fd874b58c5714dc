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
import type { Store, Tables } from '../tables.ts';
import { postgresPushes } from './pushes.ts';
import { migrate } from './schema/migrations.ts';
import { PostgresWordCompiler } from './words.ts';

const connections = 8;
/** Compiling a query, and starting processes for it, takes longer than what the lists of the server save by it. */
const settings = '-c jit=off -c max_parallel_workers_per_gather=0';

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

interface PostgresOptions {
  /** Whether this process is the active server of the database. */
  readonly isActive: boolean;
  /** Is called when a connection of the pool ends unexpectedly. */
  readonly connectionLost: (error: Error) => void;
}

/**
 * Opens a database of a PostgreSQL server, and migrates it. A commit is durable when it returns.
 * @throws Error if it cannot be used; no message contains the password in `url`
 */
export async function openPostgres(
  url: string,
  { isActive, connectionLost }: PostgresOptions,
): Promise<Omit<Engine, 'writer'> & { changeCount(): number }> {
  const pool = new Pool({ connectionString: url, max: connections, options: settings });
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
    await migrate(store, { isActive });
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
