import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tooLarge } from '../http/refusalError.ts';
import { log } from '../log.ts';
import { Turns } from '../turns.ts';
import type { Content, Contents } from './contents.ts';
import { isStorageError } from './storageError.ts';

/** The official clients refuse more than 10 MiB. Other clients may send more. */
const maxBytes = 100 * 1024 * 1024;

interface Received {
  content: Content;
  temporary: string;
}

export class Attachments {
  readonly contents: Contents;
  readonly #incoming: string;
  readonly #turns = new Turns();
  #arriving = 0;

  /** @param incoming the folder for contents that are not complete, on the disk of the contents if these are files */
  constructor(contents: Contents, incoming: string) {
    this.contents = contents;
    this.#incoming = incoming;
    // A server that was killed leaves incomplete content.
    rmSync(this.#incoming, { recursive: true, force: true });
  }

  get arriving(): number {
    return this.#arriving;
  }

  /**
   * Writes the whole content to a temporary file, and calls `place` when it is durable. Several contents for the same
   * id are placed one after the other.
   * @param place calls `keep` to store the content under the id; content that it does not keep is removed
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
      return await this.#turns.take(id, () => place(received, () => this.contents.put(id, temporary, received)));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** What an object storage does not remove now belongs to nothing, and the next sweep tries again. */
  async remove(ids: readonly string[]): Promise<void> {
    try {
      await this.contents.remove(ids);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      log.error('Contents of deleted attachments are still in the object storage and will be removed later', error);
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
