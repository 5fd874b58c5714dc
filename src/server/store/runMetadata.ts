import type { Metadata, MetadataChange } from '../../shared/contract/metadata.ts';
import type { Store, StoreTransaction } from './tables.ts';

/** Merges changes into a run's metadata. Null removes a key. */
export async function changeRunMetadata(
  change: StoreTransaction,
  runKey: number,
  changes: MetadataChange,
): Promise<void> {
  const gone = Object.keys(changes).filter((name) => changes[name] === null);
  if (gone.length > 0) {
    await change.deleteFrom('run_metadata').where('run_key', '=', runKey).where('name', 'in', gone).execute();
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) continue;
    const stored = {
      value: typeof value === 'boolean' ? Number(value) : value,
      is_boolean: typeof value === 'boolean' ? (1 as const) : (0 as const),
    };
    await change
      .insertInto('run_metadata')
      .values({ run_key: runKey, name, ...stored })
      .onConflict((conflict) => conflict.columns(['run_key', 'name']).doUpdateSet(stored))
      .execute();
  }
}

/** Returns the metadata of each of these runs that has any. */
export async function metadataOf(store: Store, runKeys: readonly number[]): Promise<Map<number, Metadata>> {
  if (runKeys.length === 0) return new Map();
  const rows = await store.selectFrom('run_metadata').selectAll().where('run_key', 'in', runKeys).execute();
  const found = new Map<number, Metadata>();
  for (const { run_key, name, value, is_boolean } of rows) {
    found.set(run_key, { ...found.get(run_key), [name]: is_boolean === 1 ? value === 1 : value });
  }
  return found;
}
