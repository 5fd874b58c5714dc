import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import * as z from 'zod';
import type { StoreTransaction } from './tables.ts';

const withId = z.object({ id: z.string() });

/**
 * Runs queries at once, without promises, and prepares each only the first time: for what every request or every push
 * does, where composing a query and waiting for it takes longer than the query. The texts are few and fixed.
 *
 * It works on the connection of the `Store`: between the beginning and the end of a `Change` it is within it.
 */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Whether a transaction is open: a full disk ends it. */
  get isOpen(): boolean {
    return this.#database.isTransaction;
  }

  /** @param row what a row of `query` has @returns the first row, if there is one */
  first<Row extends z.ZodType>(row: Row, query: string, ...parameters: SQLInputValue[]): z.output<Row> | undefined {
    const found = this.#prepare(query).get(...parameters);
    return found && row.parse(found);
  }

  /** @returns the `id` of the first row; null without one */
  id(query: string, ...parameters: SQLInputValue[]): string | null {
    return this.first(withId, query, ...parameters)?.id ?? null;
  }

  has(query: string, ...parameters: SQLInputValue[]): boolean {
    return this.#prepare(query).get(...parameters) !== undefined;
  }

  /** @returns the key of the row that was inserted last */
  run(query: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#prepare(query).run(...parameters).lastInsertRowid);
  }

  #prepare(query: string): StatementSync {
    const known = this.#prepared.get(query);
    if (known) return known;
    const statement = this.#database.prepare(query);
    this.#prepared.set(query, statement);
    return statement;
  }
}

/** A change under way, and the same connection for what must be fast. */
export interface FastChange {
  change: StoreTransaction;
  sql: Statements;
}
