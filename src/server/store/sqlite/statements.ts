import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import * as z from 'zod';

const withId = z.object({ id: z.string() });

/**
 * Runs prepared statements synchronously. It is for what every request or every push does, where composing a query with
 * Kysely and waiting for its promise takes longer than the query itself. Everything else uses the `Store`.
 *
 * Both use the same connection: within a transaction of the `Store`, statements belong to the transaction. The texts of
 * queries must be few and constant, because each stays prepared.
 */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Whether a transaction is open. A full disk ends a transaction. */
  get isOpen(): boolean {
    return this.#database.isTransaction;
  }

  first<Row extends z.ZodType>(row: Row, query: string, ...parameters: SQLInputValue[]): z.output<Row> | undefined {
    const found = this.#prepare(query).get(...parameters);
    return found && row.parse(found);
  }

  id(query: string, ...parameters: SQLInputValue[]): string | null {
    return this.first(withId, query, ...parameters)?.id ?? null;
  }

  has(query: string, ...parameters: SQLInputValue[]): boolean {
    return this.#prepare(query).get(...parameters) !== undefined;
  }

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
