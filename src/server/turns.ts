import { setImmediate } from 'node:timers/promises';

/**
 * Lets the work of a key run one after the other, with other requests in between: calls of an assistant that compute figures would
 * otherwise occupy the server until the last one is answered.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(() => setImmediate()).then(work);
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, end);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }
}
