import type { StoredAttachment } from '../attachments/contents.ts';
import type { ObjectStorage } from '../attachments/objectStorage.ts';
import { openForReading, withDatabase } from '../store/sqlite/databaseFile.ts';
import type { BucketOptions } from './storageOptions.ts';

/**
 * Compares the attachments of a database with the objects of a bucket. A running server may change both sides between the two
 * reads, so findings are those of two comparisons.
 * @throws StorageError if the bucket cannot be listed
 */
export async function* checkObjects(database: string, { place, access }: BucketOptions): AsyncGenerator<string> {
  const { ObjectStorage } = await import('../attachments/objectStorage.ts');
  const storage = new ObjectStorage(place, access);
  const first = await compare(database, storage);
  const second = first.size === 0 ? first : await compare(database, storage);
  for (const finding of second) if (first.has(finding)) yield finding;
}

async function compare(database: string, storage: ObjectStorage): Promise<Set<string>> {
  const findings = new Set<string>();
  const { stored, waiting } = readUploads(database);
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

function readUploads(path: string): { stored: Map<string, StoredAttachment>; waiting: Set<string> } {
  const rows = withDatabase(openForReading(path), (database) =>
    database.prepare('select id, name, size, stored_at from uploads').all(),
  );
  const stored = new Map<string, StoredAttachment>();
  const waiting = new Set<string>();
  for (const { id, name, size, stored_at } of rows) {
    if (stored_at === null) waiting.add(String(id));
    else stored.set(String(id), { id: String(id), name: String(name), size: Number(size) });
  }
  return { stored, waiting };
}

const describe = ({ id, name }: StoredAttachment): string => `attachment ${id} (${JSON.stringify(name)})`;
