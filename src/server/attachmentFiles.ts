import { randomUUID } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { tooLarge } from './refusal.ts';

/** The official clients refuse more than 10 MiB by themselves; scripts of one's own may send more. */
const maxBytes = 100 * 1024 * 1024;

/** The folder, among those of the attachments, of what is still coming in. */
export const incoming = 'incoming';

/** Where the content of an attachment is, in a folder of attachments: 256 folders, so that none holds millions of files. */
export const attachmentPath = (folder: string, id: string): string => join(folder, id.slice(0, 2), id);

/** The contents of attachments, one file each. A file is named by its upload's id, never by what a client calls it. */
export class AttachmentFiles {
  readonly #folder: string;
  readonly #incoming: string;

  /** Clears away what was coming in when the folder's last server was killed. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, incoming);
    rmSync(this.#incoming, { recursive: true, force: true });
  }

  /**
   * Writes the whole content under a temporary name, and gives it its name when it is safely on the disk.
   * @returns the size in bytes
   * @throws Refusal above 100 MiB
   */
  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<number> {
    const path = attachmentPath(this.#folder, id);
    const temporary = join(this.#incoming, `${randomUUID()}.part`);
    for (const each of [path, temporary]) await mkdir(dirname(each), { recursive: true, mode: 0o700 });
    try {
      const size = await writeDurably(temporary, content);
      await rename(temporary, path);
      return size;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  readText(id: string): Promise<string> {
    return readFile(attachmentPath(this.#folder, id), 'utf8');
  }

  stream(id: string): Readable {
    return createReadStream(attachmentPath(this.#folder, id));
  }
}

async function writeDurably(path: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(`The file is larger than ${maxBytes / 1024 / 1024} MiB.`);
      await file.writeFile(chunk);
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}
