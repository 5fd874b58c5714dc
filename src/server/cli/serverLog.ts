import { closeSync, constants, copyFileSync, fstatSync, ftruncateSync, lstatSync, openSync, rmSync } from 'node:fs';
import { writeFlags } from '../openFlags.ts';

const maxBytes = 5 * 1024 * 1024;
const checkIntervalMs = 5_000;
const stderr = 2;

/**
 * Limits the size of the log in the data folder, `server.log`: above 5 MiB its content moves to `server.log.1`, whose earlier
 * content is dropped. The content is copied and the file is emptied, not renamed: the server and another one that is just
 * starting have the file open as their standard error stream, which continues at its end, and Windows renames no open file.
 */
export class ServerLog {
  readonly #path: string;
  readonly #stream: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, stream = stderr) {
    this.#path = path;
    this.#stream = stream;
  }

  /** Only the server that has locked the data folder may limit the log. */
  start(): void {
    this.limit();
    this.#timer = setInterval(() => this.limit(), checkIntervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** It never throws: on failure it tries again later, and drops the content at twice the size. */
  limit(): void {
    try {
      const size = this.#size();
      if (size <= maxBytes) return;
      if (this.#copy() || size > 2 * maxBytes) this.#empty();
    } catch {
      // Logging the failure would make the log longer still.
    }
  }

  #size(): number {
    const file = lstatSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const stream = fstatSync(this.#stream, { bigint: true });
    return file?.isFile() && file.ino === stream.ino && file.dev === stream.dev ? Number(file.size) : 0;
  }

  #copy(): boolean {
    const previous = `${this.#path}.1`;
    try {
      // Remove it first, so that a link is not written through.
      rmSync(previous, { force: true });
      copyFileSync(this.#path, previous, constants.COPYFILE_EXCL);
      return true;
    } catch {
      return false; // such as a full disk, or on Windows a program that has the file open
    }
  }

  #empty(): void {
    const file = openSync(this.#path, writeFlags);
    try {
      ftruncateSync(file, 0);
    } finally {
      closeSync(file);
    }
  }
}
