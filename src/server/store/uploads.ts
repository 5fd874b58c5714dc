import { randomUUID } from 'node:crypto';
import type { Change, Creator, Store, Tables } from './tables.ts';

export type UploadRow = Tables['uploads'];

export async function insertUpload(store: Store, name: string, by: Creator): Promise<string> {
  const id = randomUUID();
  await store
    .insertInto('uploads')
    .values({
      id,
      name,
      created_at: Date.now(),
      stored_at: null,
      size: null,
      content_type: null,
      run_id: null,
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

/** Notes that the content is there. @param content size in bytes, and the media type that the client sent */
export async function noteStored(
  store: Store,
  id: string,
  content: { size: number; content_type: string | null },
): Promise<void> {
  await store
    .updateTable('uploads')
    .set({ ...content, stored_at: Date.now() })
    .where('id', '=', id)
    .execute();
}

export async function attachToRun(change: Change, uploadId: string, runId: string, isReport: boolean): Promise<void> {
  await change
    .updateTable('uploads')
    .set({ run_id: runId, is_report: isReport ? 1 : 0 })
    .where('id', '=', uploadId)
    .execute();
}

/** The run's attachments, oldest first. */
export async function attachmentsOf(store: Store, runId: string): Promise<UploadRow[]> {
  return store
    .selectFrom('uploads')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}
