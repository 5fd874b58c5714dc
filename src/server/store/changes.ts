import { sql } from 'kysely';
import type { Store, Tables } from './tables.ts';

export type ChangeRow = Tables['changes'];

/** Returns the id of the newest change; 0 if there is none. */
export async function newestChange(store: Store): Promise<number> {
  const { newest } = await store
    .selectFrom('changes')
    .select(sql<number>`coalesce(max(id), 0)`.as('newest'))
    .executeTakeFirstOrThrow();
  return newest;
}

/** Returns up to 200 changes after this one, in order. */
export async function changesAfter(store: Store, id: number): Promise<ChangeRow[]> {
  return store.selectFrom('changes').selectAll().where('id', '>', id).orderBy('id').limit(200).execute();
}
