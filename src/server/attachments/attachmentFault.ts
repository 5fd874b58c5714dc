import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { messageOf } from '../../shared/format/messageOf.ts';
import { systemCode } from '../cli/commandError.ts';
import { attachmentPath } from './attachmentFolder.ts';
import type { StoredAttachment } from './contents.ts';

/**
 * Checks the file of an attachment without reading its content.
 * @param folder the folder of attachments
 * @returns a sentence that says what is wrong with the file; null if nothing is
 */
export function attachmentFault(folder: string, { id, name, size }: StoredAttachment): string | null {
  const what = `The file of attachment ${id} (${JSON.stringify(name)})`;
  let file: number;
  try {
    // A link could lead to any file, so it is not followed. Windows has no such flag, which counts as 0.
    file = openSync(attachmentPath(folder, id), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return `${what} is missing.`;
    return `${what} cannot be read (${messageOf(error)}).`;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return `${what} cannot be read (it is not a file).`;
    return found.size === size ? null : `${what} has ${found.size} bytes and should have ${size}.`;
  } finally {
    closeSync(file);
  }
}
