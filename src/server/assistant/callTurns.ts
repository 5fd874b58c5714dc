import { setImmediate } from 'node:timers/promises';

/**
 * Lets the calls of a key run one after the other, with the requests of everybody else in between: calls that compute
 * figures would otherwise occupy the server until the last one is answered.
 */
export class CallTurns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(keyId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(keyId) ?? Promise.resolve();
    const result = before.then(() => setImmediate()).then(work);
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(keyId, end);
    try {
      return await result;
    } finally {
      if (this.#last.get(keyId) === end) this.#last.delete(keyId);
    }
  }
}
