import * as z from 'zod';
import { attachmentFault } from '../attachments/attachmentFault.ts';
import { attachmentIds } from '../attachments/attachmentFolder.ts';
import type { ObjectStorage } from '../attachments/objectStorage.ts';
import type { BucketOptions } from './storageOptions.ts';

const checkedUpload = z.object({
  id: z.string(),
  name: z.string(),
  size: z.number().nullable(),
  stored_at: z.number().nullable(),
});
type CheckedUpload = z.infer<typeof checkedUpload>;
export const checkedUploads = z.array(checkedUpload);

/**
 * Compares attachments with the files of a folder or, if there is one, with the objects of a bucket. A running server may change both
 * sides between the two reads, so findings are those of two comparisons.
 * @throws StorageError if the bucket cannot be listed
 */
export async function* checkAttachments(
  readUploads: () => CheckedUpload[] | Promise<CheckedUpload[]>,
  folder: string,
  bucket: BucketOptions | null,
): AsyncGenerator<string> {
  const storage = bucket && (await storageOf(bucket));
  const compare = async (): Promise<Set<string>> => {
    const uploads = await readUploads();
    return storage === null ? compareFiles(uploads, folder) : compareObjects(uploads, storage);
  };
  const first = await compare();
  const second = first.size === 0 ? first : await compare();
  for (const finding of second) if (first.has(finding)) yield finding;
}

async function storageOf({ place, access }: BucketOptions): Promise<ObjectStorage> {
  const { ObjectStorage } = await import('../attachments/objectStorage.ts');
  return new ObjectStorage(place, access);
}

function compareFiles(uploads: readonly CheckedUpload[], folder: string): Set<string> {
  const findings = new Set<string>();
  for (const { id, name, size, stored_at } of uploads) {
    const fault = stored_at === null ? null : attachmentFault(folder, { id, name, size: size ?? 0 });
    if (fault !== null) findings.add(fault);
  }
  const known = new Set(uploads.map(({ id }) => id));
  for (const id of attachmentIds(folder)) {
    if (!known.has(id)) findings.add(`The file of attachment ${id} belongs to nothing.`);
  }
  return findings;
}

async function compareObjects(uploads: readonly CheckedUpload[], storage: ObjectStorage): Promise<Set<string>> {
  const findings = new Set<string>();
  const left = new Map(uploads.map((upload) => [upload.id, upload]));
  for await (const page of storage.sizes()) {
    for (const [id, size] of page) {
      const upload = left.get(id);
      left.delete(id);
      if (upload === undefined) findings.add(`The object of attachment ${id} belongs to nothing.`);
      else if (upload.stored_at !== null && upload.size !== size) {
        findings.add(`The object of ${describe(upload)} has ${size} bytes and should have ${upload.size}.`);
      }
    }
  }
  for (const upload of left.values()) {
    if (upload.stored_at !== null) findings.add(`The object of ${describe(upload)} is missing.`);
  }
  return findings;
}

const describe = ({ id, name }: CheckedUpload): string => `attachment ${id} (${JSON.stringify(name)})`;
