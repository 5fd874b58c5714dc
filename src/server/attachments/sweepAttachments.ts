import { logFailure } from '../cli/logFailure.ts';
import type { Store } from '../store/tables.ts';
import { deleteAbandonedUploads, existingUploads } from '../store/uploads.ts';
import type { Writer } from '../writer.ts';
import type { Contents } from './contents.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Removes uploads that were not used for a day, and contents without one. Failures are logged; the next start tries again. */
export async function sweepAttachments(
  { store, writer }: { store: Store; writer: Writer },
  contents: Contents,
): Promise<void> {
  try {
    await writer.write((change) => deleteAbandonedUploads(change, Date.now() - dayMs));
    for await (const ids of contents.all()) {
      const existing = await existingUploads(store, ids);
      await contents.remove(ids.filter((id) => !existing.has(id)));
    }
  } catch (error) {
    logFailure('Attachments that nothing needs could not be cleared away', error);
  }
}
