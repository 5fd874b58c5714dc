import { createHash, randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tooLarge } from '../refusal.ts';

/** The official clients refuse more than 10 MiB by themselves; scripts of one's own may send more. */
const maxBytes = 100 * 1024 * 1024;

const pieceBytes = 64 * 1024;

/** The folder, among those of the attachments, of what is still coming in. */
export const incoming = 'incoming';

/** Where the content of an attachment is, in a folder of attachments: 256 folders, so that none holds millions of files. */
export const attachmentPath = (folder: string, id: string): string => join(folder, id.slice(0, 2), id);

/** For reading, and not by a link, which could lead to any file. Windows has no such flag, which counts as 0. */
const plainly = constants.O_RDONLY | constants.O_NOFOLLOW;

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
    return readFile(attachmentPath(this.#folder, id), { encoding: 'utf8', flag: plainly });
  }

  /** Deletes what is there of them. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await rm(attachmentPath(this.#folder, id), { force: true });
  }

  /** The ids of all contents, a folder at a time. */
  async *all(): AsyncGenerator<string[]> {
    for (const part of await readdir(this.#folder, { withFileTypes: true })) {
      if (part.isDirectory() && part.name !== incoming) yield await readdir(join(this.#folder, part.name));
    }
  }

  /** The content in pieces. The file is opened with the first: who asks for the head alone leaves none open. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const file = await open(attachmentPath(this.#folder, id), plainly);
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes));
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
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
