import * as z from 'zod';
import type { StoredAttachment } from '../attachments/contents.ts';
import type { ObjectStorage } from '../attachments/objectStorage.ts';
import { openForReading, withDatabase } from '../store/sqlite/databaseFile.ts';
import type { BucketOptions } from './storageOptions.ts';

interface UploadToCheck extends Omit<StoredAttachment, 'size'> {
  readonly size: number | null;
  readonly stored_at: number | null;
}

type ReadUploads = () => UploadToCheck[] | Promise<UploadToCheck[]>;

const uploadRows = z.array(
  z.object({ id: z.string(), name: z.string(), size: z.number().nullable(), stored_at: z.number().nullable() }),
);

/** Compares the attachments of a SQLite database with the objects of a bucket. */
export const checkObjects = (database: string, bucket: BucketOptions): AsyncGenerator<string> =>
  compareObjects(
    () =>
      withDatabase(openForReading(database), (file) =>
        uploadRows.parse(file.prepare('select id, name, size, stored_at from uploads').all()),
      ),
    bucket,
  );

/**
 * Compares attachments with the objects of a bucket. A running server may change both sides between the two reads, so findings are
 * those of two comparisons.
 * @throws StorageError if the bucket cannot be listed
 */
export async function* compareObjects(
  readUploads: ReadUploads,
  { place, access }: BucketOptions,
): AsyncGenerator<string> {
  const { ObjectStorage } = await import('../attachments/objectStorage.ts');
  const storage = new ObjectStorage(place, access);
  const first = await compare(await readUploads(), storage);
  const second = first.size === 0 ? first : await compare(await readUploads(), storage);
  for (const finding of second) if (first.has(finding)) yield finding;
}

async function compare(uploads: readonly UploadToCheck[], storage: ObjectStorage): Promise<Set<string>> {
  const findings = new Set<string>();
  const stored = new Map<string, UploadToCheck>();
  const waiting = new Set<string>();
  for (const upload of uploads) {
    if (upload.stored_at === null) waiting.add(upload.id);
    else stored.set(upload.id, upload);
  }
  for await (const page of storage.sizes()) {
    for (const [id, size] of page) {
      const upload = stored.get(id);
      stored.delete(id);
      if (upload !== undefined && upload.size !== size) {
        findings.add(`The object of ${describe(upload)} has ${size} bytes and should have ${upload.size}.`);
      }
      if (upload === undefined && !waiting.has(id)) findings.add(`The object of attachment ${id} belongs to nothing.`);
    }
  }
  for (const upload of stored.values()) findings.add(`The object of ${describe(upload)} is missing.`);
  return findings;
}

const describe = ({ id, name }: UploadToCheck): string => `attachment ${id} (${JSON.stringify(name)})`;
