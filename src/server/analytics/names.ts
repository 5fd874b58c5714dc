import type { AnalyticsSplit } from '../../shared/contract/analytics.ts';
import type { Store } from '../store/tables.ts';

/** Returns the names of the groups of a split by their ids. */
export async function namesOf(
  store: Store,
  split: AnalyticsSplit,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await rowsOf(store, split, ids)).map(({ id, name }) => [id, name]));
}

async function rowsOf(
  store: Store,
  split: AnalyticsSplit,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  switch (split) {
    case 'station':
      return store.selectFrom('stations').select(['id', 'name']).where('id', 'in', ids).execute();
    case 'revision': {
      const rows = await store
        .selectFrom('revisions as r')
        .innerJoin('parts as p', 'p.id', 'r.part_id')
        .select(['r.id', 'r.number as revision', 'p.number as part'])
        .where('r.id', 'in', ids)
        .execute();
      return rows.map(({ id, part, revision }) => ({ id, name: `${part} ${revision}` }));
    }
    case 'version':
      return store.selectFrom('procedure_versions').select(['id', 'tag as name']).where('id', 'in', ids).execute();
    case 'batch':
      return store.selectFrom('batches').select(['id', 'number as name']).where('id', 'in', ids).execute();
    case 'operator':
    case 'shift':
      return ids.map((id) => ({ id, name: id }));
  }
}
