import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Creator, Store, StoreTransaction, Tables } from './tables.ts';

export type UploadRow = Selectable<Tables['uploads']>;

export async function insertUpload(
  store: Store,
  name: string,
  by: Creator,
  owner: { run_id?: string; unit_id?: string } = {},
): Promise<string> {
  const id = randomUUID();
  await store
    .insertInto('uploads')
    .values({
      id,
      name,
      created_at: Date.now(),
      stored_at: null,
      size: null,
      sha256: null,
      content_type: null,
      run_id: owner.run_id ?? null,
      unit_id: owner.unit_id ?? null,
      is_report: 0,
      ...by,
    })
    .execute();
  return id;
}

export async function findUpload(store: Store, id: string): Promise<UploadRow | null> {
  const row = await store.selectFrom('uploads').selectAll().where('id', '=', id.toLowerCase()).executeTakeFirst();
  return row ?? null;
}

export interface StoredContent {
  size: number;
  sha256: string;
  content_type: string | null;
}

/** Stores that the content has arrived. Returns false if the upload has been deleted, or has content already. */
export async function markStored(change: StoreTransaction, id: string, content: StoredContent): Promise<boolean> {
  const { numUpdatedRows } = await change
    .updateTable('uploads')
    .set({ ...content, stored_at: Date.now() })
    .where('id', '=', id)
    .where('stored_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function attachToRun(
  change: StoreTransaction,
  uploadId: string,
  runId: string,
  isReport: boolean,
): Promise<void> {
  await change
    .updateTable('uploads')
    .set({ run_id: runId, is_report: isReport ? 1 : 0 })
    .where('id', '=', uploadId)
    .execute();
}

export async function attachmentsOf(store: Store, runId: string): Promise<UploadRow[]> {
  return store
    .selectFrom('uploads')
    .selectAll()
    .where('run_id', '=', runId)
    .where('stored_at', 'is not', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function findRunOfContent(store: Store, sha256: string): Promise<string | null> {
  const upload = await store
    .selectFrom('uploads')
    .select('run_id')
    .where('sha256', '=', sha256)
    .where('is_report', '=', 1)
    .executeTakeFirst();
  return upload?.run_id ?? null;
}

export async function deleteUploads(change: StoreTransaction, ids: readonly string[]): Promise<void> {
  await change.deleteFrom('uploads').where('id', 'in', ids).execute();
}

export async function deleteAbandonedUploads(change: StoreTransaction, before: number): Promise<void> {
  await change
    .deleteFrom('uploads')
    .where('created_at', '<', before)
    .where('run_id', 'is', null)
    .where('unit_id', 'is', null)
    .where('id', 'not in', (images) =>
      images
        .selectFrom('stations')
        .select('image_id as id')
        .where('image_id', 'is not', null)
        .union(images.selectFrom('revisions').select('image_id as id').where('image_id', 'is not', null)),
    )
    .execute();
}

export async function existingUploads(store: Store, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await store.selectFrom('uploads').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}

export async function attachToUnit(change: StoreTransaction, uploadId: string, unitId: string): Promise<void> {
  await change.updateTable('uploads').set({ unit_id: unitId }).where('id', '=', uploadId).execute();
}

export async function attachmentsOfUnit(store: Store, unitId: string) {
  return store
    .selectFrom('uploads')
    .select(['id', 'name', 'size', 'content_type', 'stored_at'])
    .where('unit_id', '=', unitId)
    .orderBy('created_at')
    .orderBy(sql`rowid`)
    .execute();
}

export async function uploadsWithUnit(store: Store, unitId: string): Promise<string[]> {
  const rows = await store
    .selectFrom('uploads as f')
    .leftJoin('runs as r', 'r.id', 'f.run_id')
    .select('f.id')
    .where((where) => where.or([where('f.unit_id', '=', unitId), where('r.unit_id', '=', unitId)]))
    .execute();
  return rows.map(({ id }) => id);
}

export async function uploadsWithProcedure(store: Store, procedureId: string): Promise<string[]> {
  const rows = await store
    .selectFrom('runs as r')
    .innerJoin('uploads as f', 'f.run_id', 'r.id')
    .select('f.id')
    .where('r.procedure_id', '=', procedureId)
    .execute();
  return rows.map(({ id }) => id);
}
