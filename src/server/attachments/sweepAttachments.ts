import { logFailure } from '../cli/logFailure.ts';
import type { Store } from '../store/tables.ts';
import { deleteAbandonedUploads, existingUploads } from '../store/uploads.ts';
import type { AttachmentFiles } from './attachmentFiles.ts';

const dayMillis = 24 * 60 * 60 * 1000;

/**
 * Clears away uploads that nothing took for a day, and contents whose uploads are gone: of deleted runs and units, and of
 * what was being deleted when an earlier server ended. What goes wrong is logged; the next start tries again.
 */
export async function sweepAttachments(store: Store, files: AttachmentFiles): Promise<void> {
  try {
    await deleteAbandonedUploads(store, Date.now() - dayMillis);
    for await (const ids of files.all()) {
      const existing = await existingUploads(store, ids);
      await files.remove(ids.filter((id) => !existing.has(id)));
    }
  } catch (error) {
    logFailure('Attachments that nothing needs could not be cleared away', error);
  }
}
