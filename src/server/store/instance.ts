import type { Store } from './tables.ts';

export async function findInstance(store: Store): Promise<string> {
  const { id } = await store.selectFrom('instance').select('id').executeTakeFirstOrThrow();
  return id;
}
