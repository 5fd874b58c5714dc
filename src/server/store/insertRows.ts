import { CompiledQuery } from 'kysely';
import type { Change, Tables } from './tables.ts';

type Value = string | number | null;

/** SQLite takes 32766 parameters in one statement. */
const rowsAtOnce = 100;
const statements = new Map<string, string>();

/** The text is made once for each number of rows: composing it takes longer than inserting the rows. */
function statementFor(table: string, columns: readonly string[], rows: number): string {
  const name = `${table} ${columns.join()} ${rows}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const row = `(${columns.map(() => '?').join()})`;
  const text = `insert into ${table} (${columns.join()}) values ${Array.from({ length: rows }, () => row).join()}`;
  statements.set(name, text);
  return text;
}

/**
 * Inserts many rows fast.
 * @param columns the names that the values of each row stand for, in that order
 */
export async function insertRows<T extends keyof Tables>(
  change: Change,
  table: T,
  columns: readonly (keyof Tables[T] & string)[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const some = rows.slice(first, first + rowsAtOnce);
    await change.executeQuery(CompiledQuery.raw(statementFor(table, columns, some.length), some.flat()));
  }
}
