import { createHash, randomUUID } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tooLarge } from '../http/refusalError.ts';

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

/** A whole content that is on the disk and does not have its name yet. */
interface Received {
  content: Content;
  temporary: string;
}

/** The contents of attachments, one file each. A file is named by its upload's id, never by what a client calls it. */
export class AttachmentFiles {
  readonly #folder: string;
  readonly #incoming: string;
  /** What is under way for single attachments: each waits for the one before it. */
  readonly #atWork = new Map<string, Promise<unknown>>();

  /** Clears away what was coming in when the folder's last server was killed. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#incoming = join(folder, incoming);
    rmSync(this.#incoming, { recursive: true, force: true });
  }

  /**
   * Writes the whole content to a temporary file, and has `place` decide what becomes of it when it is safely on the disk.
   * Of several contents for one id, the decisions are made one after the other.
   * @param place calls `keep` to give the content its name; a file that it does not keep is removed
   * @throws Refusal above 100 MiB
   */
  async receive<T>(
    id: string,
    content: AsyncIterable<Uint8Array>,
    place: (content: Content, keep: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const { content: received, temporary } = await this.#write(content);
    try {
      return await this.#inTurn(id, () => place(received, () => this.#keep(id, temporary)));
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

  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#atWork.get(id) ?? Promise.resolve()).then(work, work);
    this.#atWork.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#atWork.get(id) === mine) this.#atWork.delete(id);
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
