import { randomBytes } from 'node:crypto';
import { open, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameWithRetries } from '../../vscode/renameWithRetries.ts';

/** A file that is written piece by piece and appears under its name when it is complete. */
export interface ExportFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Completes the file, which replaces one of the same name. */
  save(): Promise<void>;
  discard(): Promise<void>;
}

/** Writes to a hidden file in the same folder, which is renamed at the end. */
export async function createDiskFile(path: string): Promise<ExportFile> {
  // A link stays a link: the file that it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const part = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.part`);
  const handle = await open(part, 'wx');
  return {
    write: async (bytes) => {
      await handle.writeFile(bytes);
    },
    save: async () => {
      await handle.sync();
      await handle.close();
      await renameWithRetries(part, target);
    },
    discard: async () => {
      await handle.close();
      await rm(part, { force: true });
    },
  };
}
