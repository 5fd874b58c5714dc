import type { Store } from '../../store/tables.ts';
import { existingUpload } from '../existing.ts';

/**
 * The picture that something has after a request: TofuPilot takes any upload for it, finalized or not.
 * @param asked an upload's id, '' for no picture, undefined to leave it as it is
 * @throws RefusalError (404) when there is no such upload
 */
export async function chosenImage(store: Store, asked: string | undefined, now: string | null): Promise<string | null> {
  if (asked === undefined) return now;
  return asked === '' ? null : (await existingUpload(store, asked)).id;
}
