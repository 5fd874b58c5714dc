import { sql } from 'kysely';
import type { Store, Tables } from './tables.ts';

export type ChangeRow = Tables['changes'];

/** The id of the newest change; 0 before the first one. */
export async function newestChange(store: Store): Promise<number> {
  const { newest } = await store
    .selectFrom('changes')
    .select(sql<number>`coalesce(max(id), 0)`.as('newest'))
    .executeTakeFirstOrThrow();
  return newest;
}

/** The changes behind this one, in order, at most 200. */
export async function changesAfter(store: Store, id: number): Promise<ChangeRow[]> {
  return store.selectFrom('changes').selectAll().where('id', '>', id).orderBy('id').limit(200).execute();
}
