import { readdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readFlags } from '../openFlags.ts';
import type { Contents } from './contents.ts';

const pieceBytes = 64 * 1024;

export const incoming = 'incoming';

/** Returns the file of an attachment's content. There are 256 subfolders, so that none contains millions of files. */
export const attachmentPath = (folder: string, id: string): string => join(folder, id.slice(0, 2), id);

export class AttachmentFolder implements Contents {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(id: string, file: string): Promise<void> {
    const path = attachmentPath(this.#folder, id);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(file, path);
  }

  open(id: string): Promise<ReadableStream<Uint8Array>> {
    return Promise.resolve(ReadableStream.from(piecesOf(attachmentPath(this.#folder, id))));
  }

  readText(id: string): Promise<string> {
    return readFile(attachmentPath(this.#folder, id), { encoding: 'utf8', flag: readFlags });
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await rm(attachmentPath(this.#folder, id), { force: true });
  }

  async *all(): AsyncGenerator<string[]> {
    for (const part of await readdir(this.#folder, { withFileTypes: true })) {
      if (part.isDirectory() && part.name !== incoming) yield await readdir(join(this.#folder, part.name));
    }
  }
}

export const attachmentIds = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory() && each.name !== incoming)
    .flatMap(({ name }) => readdirSync(join(folder, name)));

/** The file is opened with the first piece, so that a stream that is canceled before leaves none open. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, readFlags);
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
