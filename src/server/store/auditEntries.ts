import { sql } from 'kysely';
import type { Store, StoreTransaction, Tables } from './tables.ts';

type AuditRow = Tables['audit_log'];

export type NewAuditEntry = Pick<AuditRow, 'user_id' | 'user_name' | 'operation' | 'input'>;

export async function addAuditEntry(change: StoreTransaction, entry: NewAuditEntry): Promise<number> {
  const { id } = await change
    .insertInto('audit_log')
    .values({ ...entry, at: Date.now(), target_id: null, outcome: 'started' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function endAuditEntry(
  change: StoreTransaction,
  id: number,
  outcome: AuditRow['outcome'],
  target_id: string | null,
): Promise<void> {
  await change.updateTable('audit_log').set({ outcome, target_id }).where('id', '=', id).execute();
}

interface AuditFilter {
  user_id?: string | undefined;
  /** The beginning of the operations. */
  operation?: string | undefined;
  after?: number | undefined;
  before?: number | undefined;
}

/** Returns up to `limit` + 1 entries, the newest first. @param cursor the id of an entry: only older ones; 0: all */
export async function listAuditEntries(
  store: Store,
  { user_id, operation, after, before }: AuditFilter,
  { limit, cursor }: { limit: number; cursor: number },
) {
  let query = store
    .selectFrom('audit_log')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor > 0) query = query.where('id', '<', cursor);
  if (user_id !== undefined) query = query.where('user_id', '=', user_id);
  if (operation !== undefined)
    query = query.where(sql`substr(operation, 1, ${sql.lit(operation.length)})`, '=', operation);
  if (after !== undefined) query = query.where('at', '>=', after);
  if (before !== undefined) query = query.where('at', '<', before);
  return query.execute();
}
