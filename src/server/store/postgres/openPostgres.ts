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
import { isActiveLock, type Lease, whenMachineIsGone, writerLock } from './lease.ts';
import { PreparingPool } from './prepared.ts';
import { postgresPushes } from './pushes.ts';
import { migrate } from './schema/migrations.ts';
import { PostgresWordCompiler } from './words.ts';

const connections = 8;
/**
 * Compiling a query, and starting processes for it, takes longer than what the lists of the server save by it. A transaction has the
 * writer's lock: that of a server that is gone or stands still must end.
 */
const settings = {
  jit: 'off',
  max_parallel_workers_per_gather: 0,
  ...whenMachineIsGone,
  idle_in_transaction_session_timeout: 20_000,
};
const asOptions = Object.entries(settings)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** Whole numbers are below 2^53 here. */
for (const type of [types.builtins.INT8, types.builtins.NUMERIC]) types.setTypeParser(type, Number);

/**
 * Takes the writer's lock at the beginning of each transaction: look and write then belong together, as with SQLite. The active
 * server then looks whether it still is: a process that stood still does not notice at once that another one took over.
 */
class WritingDriver extends PostgresDriver {
  readonly #begin: CompiledQuery;

  constructor(config: PostgresDialectConfig, leaseBackend: number | null) {
    super(config);
    // One message for all of them. A block of PL/pgSQL would take longer than the rest, because it is compiled each time.
    const hasLease = leaseBackend === null ? 'select true as is_active' : 'execute has_lease';
    this.#begin = CompiledQuery.raw(`begin; select pg_advisory_xact_lock(${writerLock}); ${hasLease}`);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      const { rows } = await connection.executeQuery<{ is_active: boolean }>(this.#begin);
      if (rows[0]?.is_active !== true) throw new Error('This station server is no longer the active one.');
    } catch (error) {
      // The transaction has begun, and the connection returns to the pool. One that is lost leaves the pool by itself.
      await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
      throw error;
    }
  }
}

/** Planning this takes longer than the answer, so each connection plans it once. */
const prepareHasLease = (backend: number): string =>
  `prepare has_lease as
   select exists (select from pg_locks where ${isActiveLock} and granted and pid = ${backend}) as is_active`;

class WordyDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #leaseBackend: number | null;

  constructor(config: PostgresDialectConfig, leaseBackend: number | null) {
    super(config);
    this.#config = config;
    this.#leaseBackend = leaseBackend;
  }

  override createDriver(): Driver {
    return new WritingDriver(this.#config, this.#leaseBackend);
  }

  override createQueryCompiler(): QueryCompiler {
    return new PostgresWordCompiler();
  }
}

interface PostgresOptions {
  /** By which this process is the active server of the database; null if it is not. */
  readonly lease: Lease | null;
  readonly connectionLost: (error: Error) => void;
  /** When keys were last used could not be stored. It is tried again. */
  readonly keyUsesFailed: (error: unknown) => void;
}

/** A commit is durable when it returns. @throws Error if the database cannot be used; no message has the password in `url` */
export async function openPostgres(
  url: string,
  { lease, connectionLost, keyUsesFailed }: PostgresOptions,
): Promise<Omit<Engine, 'writer'>> {
  const pool = new Pool({ connectionString: url, max: connections, options: asOptions });
  pool.on('error', connectionLost);
  // One that is in use reports it with the query, too. Without a listener the event would end the process.
  pool.on('connect', (connection) => {
    connection.on('error', () => undefined);
    // If this fails, so does the first transaction of the connection.
    if (lease !== null) connection.query(prepareHasLease(lease.backendId)).catch(() => undefined);
  });
  let changes = 0;
  const store = new Kysely<Tables>({
    dialect: new WordyDialect({ pool: new PreparingPool(pool) }, lease?.backendId ?? null),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
    log: ({ query }) => {
      if (!/^\s*select\b/.test(query.sql)) changes += 1;
    },
  });
  try {
    await requireUsable(store);
    await migrate(store, { isActive: lease !== null });
  } catch (error) {
    await store.destroy();
    throw error;
  }
  return { store, pushes: postgresPushes(store, () => changes, keyUsesFailed) };
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
