import { sql } from 'kysely';
import type { Store, StoreTransaction } from './tables.ts';

export async function attachToUnit(change: StoreTransaction, uploadId: string, unitId: string): Promise<void> {
  await change.updateTable('uploads').set({ unit_id: unitId }).where('id', '=', uploadId).execute();
}

/** Returns the unit's attachments, oldest first. */
export async function attachmentsOfUnit(store: Store, unitId: string) {
  return store
    .selectFrom('uploads')
    .select(['id', 'name', 'size', 'content_type', 'stored_at'])
    .where('unit_id', '=', unitId)
    .orderBy('created_at')
    .orderBy(sql`rowid`)
    .execute();
}

/** Returns the uploads that are deleted with a unit: its own and those of its runs. */
export async function uploadsWithUnit(store: Store, unitId: string): Promise<string[]> {
  const rows = await store
    .selectFrom('uploads as f')
    .leftJoin('runs as r', 'r.id', 'f.run_id')
    .select('f.id')
    .where((where) => where.or([where('f.unit_id', '=', unitId), where('r.unit_id', '=', unitId)]))
    .execute();
  return rows.map(({ id }) => id);
}

/** Returns the uploads that are deleted with a procedure: those of its runs. */
export async function uploadsWithProcedure(store: Store, procedureId: string): Promise<string[]> {
  const rows = await store
    .selectFrom('runs as r')
    .innerJoin('uploads as f', 'f.run_id', 'r.id')
    .select('f.id')
    .where('r.procedure_id', '=', procedureId)
    .execute();
  return rows.map(({ id }) => id);
}
