import type { Store } from '../../store/tables.ts';
import { existingUpload } from '../existing.ts';

/**
 * Returns the image of a row after a request. TofuPilot accepts any upload, finalized or not.
 * @param asked the id of an upload, '' for no image, undefined to keep the current one
 * @throws RefusalError (404) if there is no such upload
 */
export async function chosenImage(store: Store, asked: string | undefined, now: string | null): Promise<string | null> {
  if (asked === undefined) return now;
  return asked === '' ? null : (await existingUpload(store, asked)).id;
}
