import type { Store } from './tables.ts';

/** Returns the UUID that was generated with the data folder. */
export async function findInstance(store: Store): Promise<string> {
  const { id } = await store.selectFrom('instance').select('id').executeTakeFirstOrThrow();
  return id;
}
