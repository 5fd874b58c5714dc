import type { Clock } from '../../src/server/live/presence/clock.ts';

/** A clock of the server, with one that nobody sets beside it; both stand until the test moves them. */
export class SetServerClock implements Clock {
  #wall: number;
  #monotonic = 0;
  readonly #timers = new Set<{ due: number; work: () => void }>();

  constructor(start: string) {
    this.#wall = Date.parse(start);
  }

  now = (): number => this.#wall;
  monotonic = (): number => this.#monotonic;

  after = (millis: number, work: () => void): (() => void) => {
    const timer = { due: this.#monotonic + millis, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How much is to be done later. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next of it. */
  get next(): number {
    return Math.min(...[...this.#timers].map(({ due }) => due)) - this.#monotonic;
  }

  /** So many milliseconds pass, with all that is due in them. */
  pass(millis: number): void {
    const end = this.#monotonic + millis;
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      const step = Math.max(next.due - this.#monotonic, 0);
      this.#move(step);
      this.#timers.delete(next);
      next.work();
    }
    this.#move(end - this.#monotonic);
  }

  /** Somebody sets the time of day. */
  set(time: string): void {
    this.#wall = Date.parse(time);
  }

  /** The machine sleeps; what is due happens when it wakes. @param counted the monotonic clock goes on meanwhile */
  sleep(millis: number, counted: boolean): void {
    this.#wall += millis;
    if (counted) this.#monotonic += millis;
  }

  #move(millis: number): void {
    this.#wall += millis;
    this.#monotonic += millis;
  }
}
