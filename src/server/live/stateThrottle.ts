/** Passes on the newest of frequent states, once per interval. The states in between are skipped, because each is complete. */
export class StateThrottle<T> {
  readonly #intervalMs: number;
  readonly #onState: (state: T) => void;
  #newest: { state: T } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMs: number, onState: (state: T) => void) {
    this.#intervalMs = intervalMs;
    this.#onState = onState;
  }

  push(state: T): void {
    this.#newest = { state };
    this.#timer ??= setTimeout(() => this.#passOn(), 0);
  }

  flushAndStop(): void {
    clearTimeout(this.#timer);
    this.#passOn();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #passOn(): void {
    const newest = this.#newest;
    this.#newest = undefined;
    this.#timer = undefined;
    if (newest === undefined) return;
    this.#timer = setTimeout(() => this.#passOn(), this.#intervalMs);
    this.#onState(newest.state);
  }
}
