import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { tooLarge } from '../refusal.ts';

/** The official clients refuse more than 10 MiB by themselves; scripts of one's own may send more. */
const maxBytes = 100 * 1024 * 1024;

/** The folder, among those of the attachments, of what is still coming in. */
export const incoming = 'incoming';

/** Where the content of an attachment is, in a folder of attachments: 256 folders, so that none holds millions of files. */
export const attachmentPath = (folder: string, id: string): string => join(folder, id.slice(0, 2), id);

interface Content {
  size: number;
  sha256: string;
}

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
   * @returns size in bytes and SHA-256
   * @throws Refusal above 100 MiB
   */
  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<Content> {
    const path = attachmentPath(this.#folder, id);
    const temporary = join(this.#incoming, `${randomUUID()}.part`);
    for (const each of [path, temporary]) await mkdir(dirname(each), { recursive: true, mode: 0o700 });
    try {
      const written = await writeDurably(temporary, content);
      await rename(temporary, path);
      return written;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  readText(id: string): Promise<string> {
    return readFile(attachmentPath(this.#folder, id), 'utf8');
  }

  /** Deletes what is there of them. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await rm(attachmentPath(this.#folder, id), { force: true });
  }

  /** The ids of all contents, a folder at a time. */
  async *all(): AsyncGenerator<string[]> {
    for (const part of await readdir(this.#folder)) {
      if (part !== incoming) yield await readdir(join(this.#folder, part));
    }
  }

  stream(id: string): Readable {
    return createReadStream(attachmentPath(this.#folder, id));
  }
}

async function writeDurably(path: string, content: AsyncIterable<Uint8Array>): Promise<Content> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    const hash = createHash('sha256');
    for await (const chunk of content) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(`The file is larger than ${maxBytes / 1024 / 1024} MiB.`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
    return { size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
