import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { tooLarge } from './refusal.ts';

/** The official clients refuse more than 10 MiB by themselves; scripts of one's own may send more. */
const maxBytes = 100 * 1024 * 1024;

/** The contents of attachments, one file each. A file is named by its upload's id, never by what a client calls it. */
export class AttachmentFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes the whole content under a temporary name, and gives it its name when it is safely on the disk.
   * @returns the size in bytes
   * @throws Refusal above 100 MiB
   */
  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<number> {
    const path = this.#path(id);
    const temporary = `${path}.${randomUUID()}.part`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
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
    return readFile(this.#path(id), 'utf8');
  }

  stream(id: string): Readable {
    return createReadStream(this.#path(id));
  }

  /** 256 folders, so that none holds millions of files. */
  #path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id);
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
