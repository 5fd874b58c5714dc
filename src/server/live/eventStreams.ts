import { sql } from 'kysely';
import { logFailure } from '../cli/logFailure.ts';
import type { Store } from '../store/tables.ts';
import { type Listener, OpenStreams } from './openStreams.ts';

const pollIntervalMs = 1_000;
const maxStreams = 100;

/** The open event streams. It notifies them of changes, including those by another process. */
export class EventStreams extends OpenStreams {
  readonly #store: Store;
  #poll: NodeJS.Timeout | undefined;
  #version: number | undefined;

  constructor(store: Store) {
    super(maxStreams);
    this.#store = store;
  }

  override open(owner: string, cut: () => void): Listener {
    this.#poll ??= setInterval(() => void this.#checkOtherProcesses(), pollIntervalMs);
    return super.open(owner, cut);
  }

  override close(listener: Listener): void {
    super.close(listener);
    if (this.count > 0) return;
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  override end(): void {
    clearInterval(this.#poll);
    super.end();
  }

  async #checkOtherProcesses(): Promise<void> {
    try {
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.#store);
      const version = rows[0]?.data_version;
      if (version !== this.#version) this.notify();
      this.#version = version;
    } catch (error) {
      // A disk that fails for a while must not end the server: the next check may succeed.
      logFailure('Changes by other processes could not be looked for', error);
    }
  }
}
