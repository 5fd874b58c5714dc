import { statfs } from 'node:fs/promises';
import { messageOf } from '../shared/format/messageOf.ts';
import { commitProbe } from './store/commitProbe.ts';
import { diskProblem } from './store/databaseErrors.ts';
import type { Writer } from './writer.ts';

/** Anyone may ask, so the disk is asked no more often than this. */
const probeIntervalMs = 1_000;
const probeTimeoutMs = 5_000;
/** The largest body of a push. SQLite may have space in its files when the disk has none. */
const minFreeBytes = 10 * 1024 * 1024;

const busy = 'The store has been busy for 5 seconds.';

type State = 'starting' | 'running' | 'stopping';

export class Readiness {
  readonly #writer: Writer;
  readonly #folder: string;
  #state: State = 'starting';
  #probedAt = -Infinity;
  #probe: Promise<string | null> = Promise.resolve(null);

  constructor(writer: Writer, folder: string) {
    this.#writer = writer;
    this.#folder = folder;
  }

  enter(state: State): void {
    this.#state = state;
  }

  /** Returns why the server is not ready, in a sentence; null if it is ready. */
  async problem(): Promise<string | null> {
    if (this.#state !== 'running') return `The server is ${this.#state}.`;
    const now = performance.now();
    if (now - this.#probedAt >= probeIntervalMs) {
      this.#probedAt = now;
      this.#probe = this.#probeStore();
    }
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<string>((done) => (timer = setTimeout(() => done(busy), probeTimeoutMs).unref()));
    try {
      return await Promise.race([this.#probe, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #probeStore(): Promise<string | null> {
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      if (bavail * bsize < minFreeBytes) return 'The disk of the data folder has less than 10 MiB left.';
      await commitProbe(this.#writer);
      return null;
    } catch (error) {
      return diskProblem(error) ?? `The store cannot be written: ${messageOf(error)}`;
    }
  }
}
