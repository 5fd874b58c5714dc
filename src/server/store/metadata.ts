import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod';
import {
  maxMetadataKeys,
  type Metadata,
  type MetadataChange,
  type MetadataFilter,
} from '../../shared/contract/metadata.ts';
import { badRequest } from '../http/refusalError.ts';
import { containing } from './fold.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { word } from './words.ts';

const stored = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const readMetadata = (json: string): Metadata => stored.parse(JSON.parse(json));

/** Keys with null are removed, and keys that are not in the change stay. @throws RefusalError (400) if there would be too many */
export function changedMetadata(json: string, change: MetadataChange): string {
  const entries = new Map<string, Metadata[string]>(Object.entries(readMetadata(json)));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
  if (entries.size <= maxMetadataKeys) return JSON.stringify(Object.fromEntries(entries));
  throw badRequest(`Metadata may have at most ${maxMetadataKeys} keys, and this would make ${entries.size}.`);
}

/** The condition that a column such as `u.metadata_json` has one of the given values for every key. */
export function hasMetadata(column: string, filter: MetadataFilter): RawBuilder<boolean> {
  const tests = Object.entries(filter).flatMap(([key, condition]) =>
    Object.entries<MetadataOperand>({ ...condition }).map(([operator, operand]) =>
      test(column, key, operator, operand),
    ),
  );
  return tests.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(tests, sql` and `)})`;
}

const operators = new Map([
  ['gte', '>='],
  ['lte', '<='],
  ['gt', '>'],
  ['lt', '<'],
  ['eq', '='],
]);

export const comparison = (operator: string): RawBuilder<unknown> => sql.raw(operators.get(operator) ?? '=');

export type MetadataOperand = string | readonly string[] | number | boolean | undefined;

function test(column: string, key: string, operator: string, operand: MetadataOperand): RawBuilder<unknown> {
  const valueAs = (name: 'numberInJson' | 'textInJson' | 'booleanInJson') => word(name, sql.ref(column), key);
  switch (typeof operand) {
    case 'number':
      return sql`${valueAs('numberInJson')} ${comparison(operator)} ${operand}`;
    case 'string':
      return sql`fold(${valueAs('textInJson')}) like ${containing(operand)} escape '\\'`;
    case 'boolean':
      return sql`${valueAs('booleanInJson')} = ${String(operand)}`;
    default:
      return word('isTextIn', valueAs('textInJson'), JSON.stringify(operand ?? []));
  }
}

/** A value of run metadata as it is stored. */
export const anyOf = (value: string | number): RawBuilder<string | number> =>
  word(typeof value === 'string' ? 'anyOfText' : 'anyOfNumber', value);

export async function changeRunMetadata(
  change: StoreTransaction,
  runKey: number,
  changes: MetadataChange,
): Promise<void> {
  const removed = Object.keys(changes).filter((name) => changes[name] === null);
  if (removed.length > 0) {
    await change.deleteFrom('run_metadata').where('run_key', '=', runKey).where('name', 'in', removed).execute();
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) continue;
    const stored = {
      value: anyOf(typeof value === 'boolean' ? Number(value) : value),
      is_boolean: typeof value === 'boolean' ? (1 as const) : (0 as const),
    };
    await change
      .insertInto('run_metadata')
      .values({ run_key: runKey, name, ...stored })
      .onConflict((conflict) => conflict.columns(['run_key', 'name']).doUpdateSet(stored))
      .execute();
  }
}

export async function metadataOf(store: Store, runKeys: readonly number[]): Promise<Map<number, Metadata>> {
  if (runKeys.length === 0) return new Map();
  const rows = await store.selectFrom('run_metadata').selectAll().where('run_key', 'in', runKeys).execute();
  const found = new Map<number, Metadata>();
  for (const { run_key, name, value, is_boolean } of rows) {
    found.set(run_key, { ...found.get(run_key), [name]: is_boolean === 1 ? value === 1 : value });
  }
  return found;
}
