import { type Expression, ExpressionWrapper, FunctionNode, type RawBuilder, sql } from 'kysely';

/**
 * What the engines say differently. A query names a word, and the compiler of the engine writes it by its form: text with the
 * arguments as `{0}`, `{1}` and so on. Everything else is SQL that both engines understand.
 */
export interface Words {
  /** Joins the following table after the earlier ones. SQLite would choose the order of joins itself. */
  readonly thenJoin: string;
  /** Follows a table that is read by the keys of its rows. SQLite would use an index of another condition. */
  readonly notIndexed: string;
  /** Follows a table that is read in the order of an index. */
  readonly indexedBy: string;
  /** A value or condition for which no index is used. */
  readonly unindexed: string;
  /**
   * Ends a query that is always the same and asked often. A connection of PostgreSQL then parses and plans it once. A limit in a
   * subquery must be a literal: without it, the plan for any limit looks worse, and PostgreSQL plans each time.
   */
  readonly plannedOnce: string;
  /**
   * Joins the units of the revision `rev` in the order of their serial numbers, and their runs. PostgreSQL does not know that
   * such a join is sorted: it reads for each revision the runs that fulfill conditions {0}, in direction {1}, up to number {2}.
   */
  readonly unitsAndRuns: string;
  readonly isTextIn: string;
  /** Does as `isTextIn`, for tables with a row for each station: PostgreSQL would compare each row with each text. */
  readonly isTextOfSmallTableIn: string;
  readonly isNumberIn: string;
  /** Compares texts by a pattern without regard to case. */
  readonly likeInAnyCase: string;
  /** Selects the ids of the units whose folded serial number contains a text: as a phrase, or as a pattern. */
  readonly unitsWithPhrase: string;
  /** A value in JSON by its key; null if it is of another type. */
  readonly numberInJson: string;
  readonly textInJson: string;
  readonly booleanInJson: string;
  readonly isJsonNumber: string;
  readonly jsonNumber: string;
  readonly jsonList: string;
  readonly pauseInJson: string;
  /** A value of run metadata, which is a text or a number. */
  readonly isText: string;
  readonly textOfAny: string;
  readonly anyOfText: string;
  readonly anyOfNumber: string;
}

export function word<T>(name: keyof Words, ...values: unknown[]): RawBuilder<T> {
  const nodes = values.map((value) => sql`${value}`.toOperationNode());
  const expression: Expression<unknown> = new ExpressionWrapper(FunctionNode.create(name, nodes));
  return sql<T>`${expression}`;
}

/** Returns the parts of a word: texts, and the numbers of arguments. Null if a function is no word. */
export function formOf(words: Words, name: string): (string | number)[] | null {
  const form = new Map<string, string>(Object.entries(words)).get(name);
  if (form === undefined) return null;
  return form.split(/(\{\d\})/).map((part) => (/^\{\d\}$/.test(part) ? Number(part.slice(1, -1)) : part));
}

/** The condition that a column has one of the texts. The query is the same for any number of them. */
export const isTextIn = (column: string, texts: readonly string[]): RawBuilder<boolean> =>
  word('isTextIn', sql.ref(column), JSON.stringify(texts));

export const isTextOfSmallTableIn = (column: string, texts: readonly string[]): RawBuilder<boolean> =>
  word('isTextOfSmallTableIn', sql.ref(column), JSON.stringify(texts));

export const isNumberIn = (column: string, numbers: readonly number[]): RawBuilder<boolean> =>
  word('isNumberIn', sql.ref(column), JSON.stringify(numbers));

export const thenJoin = word('thenJoin');

export const plannedOnce = word('plannedOnce');

export const unindexed = (value: RawBuilder<unknown>): RawBuilder<boolean> => word('unindexed', value);
