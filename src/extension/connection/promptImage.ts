import { readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import type { PromptComponent } from '../../shared/contract/promptForm.ts';
import type { PromptImage } from '../../shared/contract/promptView.ts';
import { parseDataUrl } from '../../shared/format/dataUrl.ts';
import { imageType, isRasterDataUrl } from '../../shared/format/images.ts';
import { messageOf } from '../../shared/format/messageOf.ts';

const defaultMaxBytes = 10_000_000;

/**
 * Reads the image of a prompt from a file or a `data:` URL. An image on the web is not loaded, so that a test cannot make
 * this machine call another one unnoticed.
 * @param address the script's `image_url`
 * @param folders the folders in which a relative path is looked up, in order
 */
export function readPromptImage(
  address: string,
  folders: readonly string[],
  maxBytes: number = defaultMaxBytes,
): PromptImage {
  if (/^https?:/i.test(address)) return { kind: 'address', address };
  if (/^data:/i.test(address)) return readDataImage(address, maxBytes);
  try {
    const path = /^file:/i.test(address) ? fileURLToPath(address) : address;
    const candidates = isAbsolute(path) ? [path] : folders.map((folder) => resolve(folder, path));
    const file = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true);
    if (file === undefined) return failed(vscode.l10n.t('The image of the prompt was not found: {0}', address));
    const { size } = statSync(file);
    if (size > maxBytes) return tooLarge(basename(file));
    const type = imageType({ name: file, content_type: null, size });
    if (type === null) return failed(vscode.l10n.t('{0} is not an image that can be displayed.', basename(file)));
    return shown(type, readFileSync(file));
  } catch (error) {
    const reason = messageOf(error);
    return failed(vscode.l10n.t('The image of the prompt cannot be read: {0}', reason));
  }
}

/** Returns the fields with their pictures read, if they can be. @param maxBytes of all pictures together */
export function withPictures(
  form: readonly PromptComponent[],
  folders: readonly string[],
  maxBytes: number = defaultMaxBytes,
): PromptComponent[] {
  let left = maxBytes;
  const read = (address: string | null): string | null => {
    if (address === null) return null;
    const image = readPromptImage(address, folders, left);
    if (image.kind !== 'shown' || !isRasterDataUrl(image.address)) return address.slice(0, 500);
    left -= image.address.length;
    return image.address;
  };
  return form.map((component) => ({
    ...component,
    image: read(component.image),
    options: component.options.map((option) => ({ ...option, image: read(option.image) })),
  }));
}

function readDataImage(address: string, maxBytes: number): PromptImage {
  const read = parseDataUrl(address);
  const type = read && imageType({ name: '', content_type: read.type, size: read.content.length });
  if (!read || !type) return failed(vscode.l10n.t('The image of the prompt is not a valid data: URL of an image.'));
  return read.content.length > maxBytes ? tooLarge('data:') : shown(type, read.content);
}

const shown = (type: string, content: Uint8Array): PromptImage => ({
  kind: 'shown',
  address: `data:${type};base64,${Buffer.from(content).toString('base64')}`,
});

const failed = (reason: string): PromptImage => ({ kind: 'failed', reason });

const tooLarge = (name: string): PromptImage =>
  failed(vscode.l10n.t('The image of the prompt is larger than 10 MB and not shown: {0}', name));
