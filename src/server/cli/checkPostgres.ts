import { sql } from 'kysely';
import type { Store } from '../store/tables.ts';
import { attachmentMismatch, filesIn } from './checkFiles.ts';
import { compareObjects } from './checkObjects.ts';
import type { DataFolder } from './dataFolder.ts';
import { openData } from './openData.ts';
import type { BucketOptions } from './storageOptions.ts';
import { violationQueries } from './violations.ts';

/**
 * Searches a PostgreSQL database and its attachments for what breaks the rules of the data. It only reads, so a server may be
 * running. Damage of the database itself is found by the tools of PostgreSQL. Yields one sentence per finding.
 * @throws CommandError if the database cannot be used
 * @throws StorageError if the bucket cannot be listed
 */
export async function* checkPostgres(folder: DataFolder, bucket: BucketOptions | null): AsyncGenerator<string> {
  const { store } = await openData(folder);
  try {
    for (const query of violationQueries('postgres')) {
      const { rows } = await sql.raw<Record<string, string>>(query).execute(store);
      for (const row of rows) yield* Object.values(row);
    }
    if (bucket === null) yield* checkAttachments(store, folder.attachments);
    else {
      const readUploads = () => store.selectFrom('uploads').select(['id', 'name', 'size', 'stored_at']).execute();
      yield* compareObjects(readUploads, bucket);
    }
  } finally {
    await store.destroy();
  }
}

/** A running server may change both sides between the two reads, so mismatches are checked a second time. */
async function* checkAttachments(store: Store, folder: string): AsyncGenerator<string> {
  const findMismatch = async (id: string): Promise<string | null> => {
    const uploads = store.selectFrom('uploads').select(['name', 'size', 'stored_at']).where('id', '=', id);
    const row = await uploads.executeTakeFirst();
    const upload = row && { name: row.name, size: row.size ?? 0, isStored: row.stored_at !== null };
    return attachmentMismatch(folder, id, upload);
  };
  const stored = await store.selectFrom('uploads').select('id').where('stored_at', 'is not', null).execute();
  for (const id of new Set([...stored.map((upload) => upload.id), ...filesIn(folder)])) {
    const finding = (await findMismatch(id)) && (await findMismatch(id));
    if (finding) yield finding;
  }
}
