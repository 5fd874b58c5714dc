import { createHash, randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tooLarge } from '../http/refusalError.ts';

/** The official clients refuse more than 10 MiB. Other clients may send more. */
const maxBytes = 100 * 1024 * 1024;

const pieceBytes = 64 * 1024;

export const incoming = 'incoming';

/** Returns the file of an attachment's content. There are 256 subfolders, so that none contains millions of files. */
export const attachmentPath = (folder: string, id: string): string => join(folder, id.slice(0, 2), id);

/**
 * Opens for reading without following a link, which could lead to any file. Windows has no such flag, which counts as
 * 0.
 */
const readWithoutFollowingLinks = constants.O_RDONLY | constants.O_NOFOLLOW;

interface Content {
  size: number;
  sha256: string;
}

interface Received {
  content: Content;
  temporary: string;
}

/**
 * The contents of attachments, one file each. A file is named after the id of its upload, never after a name from a
 * client.
 */
export class AttachmentFiles {
  readonly #folder: string;
  readonly #incoming: string;
  readonly #pending = new Map<string, Promise<unknown>>();
  #arriving = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, incoming);
    // A server that was killed leaves incomplete content.
    rmSync(this.#incoming, { recursive: true, force: true });
  }

  /** The number of contents that clients are sending. */
  get arriving(): number {
    return this.#arriving;
  }

  /**
   * Writes the whole content to a temporary file, and calls `place` when it is durable. Several contents for the same
   * id are placed one after the other.
   * @param place calls `keep` to give the content its final name; content that it does not keep is removed
   * @throws RefusalError above 100 MiB
   */
  async receive<T>(
    id: string,
    content: AsyncIterable<Uint8Array>,
    place: (content: Content, keep: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    this.#arriving += 1;
    const { content: received, temporary } = await this.#write(content).finally(() => (this.#arriving -= 1));
    try {
      return await this.#enqueue(id, () => place(received, () => this.#keep(id, temporary)));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #write(content: AsyncIterable<Uint8Array>): Promise<Received> {
    const temporary = join(this.#incoming, `${randomUUID()}.part`);
    await mkdir(this.#incoming, { recursive: true, mode: 0o700 });
    try {
      return { content: await writeDurably(temporary, content), temporary };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #keep(id: string, temporary: string): Promise<void> {
    const path = attachmentPath(this.#folder, id);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
  }

  async #enqueue<T>(id: string, work: () => Promise<T>): Promise<T> {
    const current = (this.#pending.get(id) ?? Promise.resolve()).then(work, work);
    this.#pending.set(id, current);
    try {
      return await current;
    } finally {
      if (this.#pending.get(id) === current) this.#pending.delete(id);
    }
  }

  readText(id: string): Promise<string> {
    return readFile(attachmentPath(this.#folder, id), { encoding: 'utf8', flag: readWithoutFollowingLinks });
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await rm(attachmentPath(this.#folder, id), { force: true });
  }

  async *all(): AsyncGenerator<string[]> {
    for (const part of await readdir(this.#folder, { withFileTypes: true })) {
      if (part.isDirectory() && part.name !== incoming) yield await readdir(join(this.#folder, part.name));
    }
  }

  /** Yields the content in pieces. The file is opened with the first one, so that a HEAD request leaves none open. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const file = await open(attachmentPath(this.#folder, id), readWithoutFollowingLinks);
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
