import {
  CompiledQuery,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { withoutNul } from './withoutNul.ts';

const names = new Map<string, string>();

/**
 * Returns a function that makes queries of a statement, which each connection parses and plans only once. It is for what every
 * request or every push does. The lists are planned with the values that are searched for.
 */
export function prepared(name: string, text: string): (...parameters: readonly string[]) => CompiledQuery {
  names.set(text, name);
  return (...parameters) => CompiledQuery.raw(text, parameters.map(withoutNul));
}

/** Is at the end of a query of the lists that is prepared, too. */
export const plannedOnceMark = '/* planned once */';

function nameOf(text: string): string | undefined {
  if (!names.has(text) && text.endsWith(plannedOnceMark)) names.set(text, `query_${names.size}`);
  return names.get(text);
}

class PreparingClient implements PostgresPoolClient {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new Error('Cursors are not used.');
    const name = nameOf(sql);
    const query = { text: sql, values: [...parameters] };
    return this.#lastResult(name === undefined ? query : { ...query, name });
  }

  /** A text with several statements has the result of the last one. */
  async #lastResult(query: QueryConfig): Promise<unknown> {
    const result: unknown = await this.#client.query(query);
    return Array.isArray(result) ? result.at(-1) : result;
  }

  release(isDestroyed?: boolean): void {
    this.#client.release(isDestroyed);
  }
}

export class PreparingPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #clients = new WeakMap<PoolClient, PreparingClient>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect();
    const known = this.#clients.get(client) ?? new PreparingClient(client);
    this.#clients.set(client, known);
    return known;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
