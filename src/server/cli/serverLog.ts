import { closeSync, constants, copyFileSync, fstatSync, ftruncateSync, lstatSync, openSync, rmSync } from 'node:fs';

/** The log is moved aside above this number of bytes. */
const mostBytes = 5 * 1024 * 1024;
/** Milliseconds between two checks of its size. */
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

  /** @param stream file descriptor that the server logs to */
  constructor(path: string, stream = stderr) {
    this.#path = path;
    this.#stream = stream;
  }

  /** Starts to limit the size. Only the server that has locked the data folder may do so. */
  start(): void {
    this.limit();
    this.#timer = setInterval(() => this.limit(), checkIntervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Moves the content aside. It never throws: on failure it tries again later, and drops the content at twice the size.
   */
  limit(): void {
    try {
      const size = this.#size();
      if (size <= mostBytes) return;
      if (this.#copy() || size > 2 * mostBytes) this.#empty();
    } catch {
      // Logging the failure would make the log longer still.
    }
  }

  /** Returns the bytes of the log; 0 if the stream leads elsewhere, such as to a terminal or the log of a service. */
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

  /** Uses a descriptor of its own: on Windows, one that is open for appending cannot shorten the file. */
  #empty(): void {
    // The flag does not exist on Windows, where it counts as 0.
    const file = openSync(this.#path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      ftruncateSync(file, 0);
    } finally {
      closeSync(file);
    }
  }
}
