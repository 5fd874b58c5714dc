import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attachmentFault } from '../attachments/attachmentFault.ts';
import { attachmentPath, incoming } from '../attachments/attachmentFolder.ts';

interface CheckedUpload {
  readonly name: string;
  readonly size: number;
  readonly isStored: boolean;
}

/** Compares the file of an attachment with its row. Returns a sentence if they do not match. */
export function attachmentMismatch(folder: string, id: string, upload: CheckedUpload | undefined): string | null {
  if (upload === undefined) {
    const file = lstatSync(attachmentPath(folder, id), { throwIfNoEntry: false });
    return file ? `The file of attachment ${id} belongs to nothing.` : null;
  }
  return upload.isStored ? attachmentFault(folder, { id, ...upload }) : null;
}

export function* filesIn(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const part of readdirSync(folder)) if (part !== incoming) yield* readdirSync(join(folder, part));
}
