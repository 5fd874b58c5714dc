import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { messageOf } from '../../shared/format/messageOf.ts';
import { systemCode } from '../cli/commandError.ts';
import { readFlags } from '../openFlags.ts';
import { attachmentPath } from './attachmentFolder.ts';
import type { StoredAttachment } from './contents.ts';

/** Returns what is wrong with the file of an attachment, in a sentence; null if nothing is. The content is not read. */
export function attachmentFault(folder: string, { id, name, size }: StoredAttachment): string | null {
  const what = `The file of attachment ${id} (${JSON.stringify(name)})`;
  let file: number;
  try {
    file = openSync(attachmentPath(folder, id), readFlags | constants.O_NONBLOCK);
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
