import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PendingUploadEntry } from '../../../shared/contract/pendingUpload.ts';
import { renameWithRetries } from '../../vscode/renameWithRetries.ts';

interface AttachedFile {
  readonly name: string;
  readonly mimetype: string;
  readonly path: string;
}

/**
 * Writes a result to the folder of pending uploads as the Python runner does, in place of an earlier one of the same test. It is
 * there as a whole or not at all, and survives a crash of the machine.
 * @param isFinal whether it is ready to be pushed; otherwise it is pushed only when this process has ended without writing it again
 * @returns the names of the attachments that could not be read
 */
export async function writePending(
  folder: string,
  entry: Omit<PendingUploadEntry, 'attachments'>,
  body: string,
  files: readonly AttachedFile[],
  isFinal = true,
): Promise<string[]> {
  const unfinished = join(folder, `.${randomUUID()}`);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    const attachments: PendingUploadEntry['attachments'] = [];
    const missing: string[] = [];
    for (const { name, mimetype, path } of files) {
      const file = `file-${attachments.length}`;
      try {
        await copyFile(path, join(unfinished, file));
        attachments.push({ name, mimetype, file });
      } catch {
        missing.push(name);
      }
    }
    await writeSynced(join(unfinished, 'body.json'), body);
    if (isFinal) await writeSynced(join(unfinished, 'handed.json'), JSON.stringify({ status: null, message: null }));
    await writeSynced(join(unfinished, 'entry.json'), JSON.stringify({ ...entry, attachments }));
    const finished = join(folder, entry.id);
    // Whenever this process is killed, the old or the new one exists.
    const hadEarlier = existsSync(finished);
    if (hadEarlier) await renameWithRetries(finished, `${finished}_before`);
    await renameWithRetries(unfinished, finished);
    if (hadEarlier) await rm(`${finished}_before`, { recursive: true, force: true, maxRetries: 3 });
    return missing;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
