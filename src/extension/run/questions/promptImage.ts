import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import type { PromptImage } from '../../../shared/contract/promptView.ts';
import { imageType } from '../../../shared/format/images.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { readDataAddress } from '../../../shared/run/dataAddress.ts';

/** Bytes of the largest image that is read. */
const largest = 10_000_000;

/**
 * The image of a prompt. Files and `data:` addresses are read; what is on the web is only named, so that a test does not
 * make this machine call somebody unseen.
 * @param address the script's `image_url`
 * @param folders where a relative path may begin
 */
export async function promptImage(address: string, folders: readonly string[]): Promise<PromptImage> {
  if (/^https?:/i.test(address)) return { kind: 'address', address };
  if (/^data:/i.test(address)) {
    const read = readDataAddress(address);
    const type = read && imageType({ name: '', content_type: read.type, size: read.content.length });
    if (!read || !type) return failed(vscode.l10n.t('The image of the prompt is not a valid data: URL of an image.'));
    return read.content.length > largest ? tooLarge('data:') : { kind: 'shown', type, content: read.content };
  }
  try {
    const path = /^file:/i.test(address) ? fileURLToPath(address) : address;
    for (const file of isAbsolute(path) ? [path] : folders.map((folder) => resolve(folder, path))) {
      const size = await stat(file).then(
        (found) => (found.isFile() ? found.size : undefined),
        () => undefined,
      );
      if (size === undefined) continue;
      if (size > largest) return tooLarge(basename(file));
      const type = imageType({ name: file, content_type: null, size });
      if (type === null) return failed(vscode.l10n.t('{0} is not an image that can be displayed.', basename(file)));
      return { kind: 'shown', type, content: Uint8Array.from(await readFile(file)) };
    }
    return failed(vscode.l10n.t('The image of the prompt was not found: {0}', address));
  } catch (error) {
    const reason = messageOf(error);
    return failed(vscode.l10n.t('The image of the prompt cannot be read: {0}', reason));
  }
}

const failed = (reason: string): PromptImage => ({ kind: 'failed', reason });

const tooLarge = (name: string): PromptImage =>
  failed(vscode.l10n.t('The image of the prompt is larger than 10 MB and not shown: {0}', name));
