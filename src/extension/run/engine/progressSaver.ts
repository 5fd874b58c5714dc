import { setTimeout as delay } from 'node:timers/promises';

const minIntervalMs = 1_000;

/** Saves the progress of a run whenever it has changed: one save at a time, and at most one a second. */
export class ProgressSaver {
  readonly #save: () => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #isStale = false;

  constructor(save: () => Promise<unknown>, onError: (error: unknown) => void) {
    this.#save = save;
    this.#onError = onError;
  }

  request(): void {
    if (this.#ending.signal.aborted) return;
    this.#isStale = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#isStale && !this.#ending.signal.aborted) {
      this.#isStale = false;
      await this.#save().catch(this.#onError);
      await delay(minIntervalMs, undefined, { signal: this.#ending.signal }).catch(() => undefined); // the end of it ends the delay
    }
    this.#running = undefined;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }
}
